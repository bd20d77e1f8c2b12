"""Every page asks the database the same number of questions, however much there is to show.

One case with everything in it is asked once when one more of each thing stands in it, and once when three do.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import pytest_django
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import world as worlds
from tests.doors import TABLE
from tests.roof.growth import Growth
from tests.world import CAST, World

#: One world serves all tests of this file.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
#: Pages that hold no rows, files, and pages of the engines.
NOT_PAGES = {"healthz", "readyz", "style", "profile", "proposals:document", "proposals:preview"} | {
    "meetings:package",
    "personal:document",
    "personal:package_file",
    "meetings:agenda",
    "meetings:minutes_pdf",
    "personal:agenda",
    "personal:minutes_pdf",
    "meetings:message_file",
    "hand_over_schema",
}
#: What these pages have to be asked to show their form.
ASKED = {"meetings:reply": "?reply=not_coming", "personal:reply": "?reply=not_coming"}
#: Pages that lead elsewhere as the case stands: to the meeting planned, the message, the interest expressed.
AWAY = {("meetings:letter", 302), ("meetings:plan", 302), ("partners:interest_create", 302)}
#: Who looks; each sees other parts of a page.
EYES = ("lead", "partner", "observer", "curator", "link")


@dataclass
class Seen:
    """What one page asked, and whether it showed."""

    status: int
    statements: list[str]


def rows() -> list[tuple[str, str]]:
    """(page, who) for everybody of EYES for whom the door opens."""
    return [
        (name, who)
        for name, (method, _arguments, letters) in sorted(TABLE.items())
        if method in ("GET", "FORM") and name not in NOT_PAGES
        for who in EYES
        if letters[CAST.index(who)] == "y" and (who == "link") == name.startswith("personal:")
    ]


def look(world: World, name: str, who: str, *, like: Seen | None = None) -> Seen:
    """The page, again if it did not ask as much as before: what it keeps for the next time does not count."""
    client = Client()
    if who in world.people:
        client.force_login(world.people[who])
    url = reverse(name, kwargs=TABLE[name][1](world)) + ASKED.get(name, "")
    first = ask(client, url)
    return first if like and len(like.statements) == len(first.statements) else ask(client, url)


def ask(client: Client, url: str) -> Seen:
    reset_queries()  # else the log is full before all pages are asked
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # it streams
    return Seen(answer.status_code, [query["sql"] for query in captured.captured_queries])


@pytest.fixture(scope="module")
def seen(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> dict[tuple[str, str], list[Seen]]:
    """What every page asked with one and with three more of everything."""
    found: dict[tuple[str, str], list[Seen]] = {row: [] for row in rows()}
    with django_db_blocker.unblock(), transaction.atomic():
        world = worlds.build()
        growth = Growth(world)
        for more in (1, 2):
            for _time in range(more):
                growth.add()
            for name, who in found:
                found[name, who].append(look(world, name, who, like=next(iter(found[name, who]), None)))
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize(("name", "who"), rows())
def test_a_page_asks_the_same_for_one_and_three(
    name: str, who: str, seen: dict[tuple[str, str], list[Seen]]
) -> None:
    one, three = seen[name, who]
    assert one.status == three.status
    assert one.status == 200 or (name, one.status) in AWAY
    shapes = [[sql.split("WHERE")[0][-90:] for sql in look.statements] for look in (one, three)]
    more = [shape for shape in set(shapes[1]) if shapes[1].count(shape) > shapes[0].count(shape)]
    assert len(one.statements) == len(three.statements), more
