"""Who may open which door: every named URL of the portal, asked by a fixed cast of ten."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.doors import TABLE
from tests.world import CAST, SECRETS, World, handover, post

#: One world serves all tests of this file.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]

#: Not ours, and tested by their makers; what they guard is listed in the comments.
FOREIGN = re.compile(r"^(account_|mfa_|admin:|anymail:|demo)")


def names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """Every named URL, with its namespace."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{prefix}{pattern.name}"


def ours() -> list[str]:
    return sorted({name for name in names(get_resolver().url_patterns) if not FOREIGN.match(name)})


@pytest.fixture(scope="module")
def signed_in(one_world: World) -> dict[str, Client]:
    """Who of the cast has an account, signed in once for all doors."""
    found = {who: Client() for who in CAST}
    for who in found.keys() & one_world.people.keys():
        found[who].force_login(one_world.people[who])
    return found


def at_the_door(signed_in: dict[str, Client], who: str) -> Client:
    """This person with what the browser knows from signing in alone."""
    client = Client()
    client.cookies = copy.deepcopy(signed_in[who].cookies)
    return client


@pytest.mark.django_db  # it asks nothing of the database, but pytest-django makes one where a test says so
def test_every_url_is_listed() -> None:
    assert sorted(set(ours()) - set(TABLE)) == [], "give each new URL its row in TABLE"
    assert sorted(set(TABLE) - set(ours())) == [], "these rows name URLs that are gone"


NOT_FOR_PARTNERS = (
    *("ranking", "weights", "aside", "contact", "draft", "figures"),
    *("annex_d", "answer_a", "need", "call", "record", "date_d"),
)
#: What the host, the facilitator and the receivers of a package read, and no party.
HANDED_OVER = tuple(handover.SECRETS)
#: The post room is of the initiating municipality alone.
POST = tuple(post.SECRETS)
#: What each of the cast must not read anywhere, however they ask.
HIDDEN = {
    "reader": ("answer_b", "call"),
    "focal": ("answer_b", "call"),
    "lead": ("answer_b", "call"),
    "partner": (*NOT_FOR_PARTNERS, *HANDED_OVER, *POST, "unchecked", "minutes_draft"),
    "stranger": tuple(SECRETS),
    "observer": tuple(SECRETS),
    "curator": tuple(key for key in SECRETS if key != "call"),  # they write the drafts of calls
    # the facilitator helps with minutes, and hears what each expects
    "facilitator": tuple(set(SECRETS) - {"expectation", "minutes_draft", "minutes_sent", *HANDED_OVER}),
    "nobody": tuple(SECRETS),
    # the page of a receiver is opened by a receiver's own link
    "link": (
        *NOT_FOR_PARTNERS,
        *POST,
        "basis_d",
        "study",
        "stakeholder",
        "unchecked",
        "interest",
        "minutes_draft",
    ),
}


def ask(client: Client, method: str, url: str) -> HttpResponseBase:
    answer = (
        client.get(url) if method == "GET" else client.post(url, headers={"referer": "http://testserver/"})
    )
    assert answer.status_code < 500, f"{url}: {answer.status_code}"
    assert answer.status_code != 405, f"{url} does not take {method}"
    return answer


def letter_of(answer: HttpResponseBase) -> str:
    """What came of it."""
    if answer.status_code == 404:
        return "n"
    if answer.status_code == 403:
        return "f"
    if answer.status_code == 302 and "/accounts/login/" in answer.headers["Location"]:
        return "s"
    return "y"


def leaks(who: str, answer: HttpResponseBase) -> list[str]:
    """What it shows and must not."""
    body = answer.getvalue()
    return [key for key in HIDDEN[who] if SECRETS[key].encode() in body]


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_right_people_get_in_and_read_what_is_theirs(
    name: str, world: World, signed_in: dict[str, Client]
) -> None:
    method, arguments, expected = TABLE[name]
    url = reverse(name, kwargs=arguments(world))
    found, leaked = "", dict[str, list[str]]()
    for who in CAST:
        client = at_the_door(signed_in, who)
        point = transaction.savepoint()
        answers = [ask(client, way, url) for way in (("GET", "POST") if method == "FORM" else (method,))]
        letters = {letter_of(answer) for answer in answers}
        found += letters.pop() if len(letters) == 1 else "?"
        # Whoever has the link reads what is behind it.
        if who == "link" or not name.startswith("personal:"):
            leaked[who] = [key for answer in answers for key in leaks(who, answer)]
        transaction.savepoint_rollback(point)
    assert dict(zip(CAST, found, strict=True)) == dict(zip(CAST, expected, strict=True))
    assert {who: shown for who, shown in leaked.items() if shown} == {}


@pytest.mark.parametrize("name", sorted(name for name, row in TABLE.items() if row[0] == "POST"))
def test_no_command_answers_get(name: str, world: World) -> None:
    client = Client()
    client.force_login(world.people["lead"])
    assert client.get(reverse(name, kwargs=TABLE[name][1](world))).status_code == 405
