"""What an address asks besides its path opens no door, and nothing it asks breaks a page."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from tests import makers
from tests.world import SECRETS, World

pytestmark = pytest.mark.django_db

PAGES = ("discover", "compare", "suggested", "groups", "weights", "case_funding")
#: Names that some page of finding partners reads from its address.
READ = (
    *("functions", "also", "with", "name", "max_km", "area", "size_from", "size_to", "offer", "goal"),
    *("max_size", "aside", "q", "member", "function", "legal_form", "county", "country", "sort", "page"),
    *("part", "region", "when", "kind", "near", "mine", "whose", "municipality"),
)
BAD = ("9" * 60, "-1", "1e309", "nan", "٣", "9223372036854775808", "%_\\'\"", "<b>", "😀", "\x00", "county:x")


def client_of(world: World, who: str) -> Client:
    """Signed in, or nobody."""
    client = Client(raise_request_exception=False)
    if who in world.people:
        client.force_login(world.people[who])
    return client


@pytest.mark.parametrize("who", ["partner", "stranger", "observer", "facilitator", "curator", "nobody"])
def test_what_is_asked_besides_opens_no_page_of_another_case(world: World, who: str) -> None:
    client = client_of(world, who)
    asked: dict[str, str | list[str]] = {
        "with": [str(world.b.pk), str(world.d.pk)],
        "also": [str(world.c.pk)],
        "functions": ["ECO-ROA"],
        "name": "a",
    }
    for name in PAGES:
        answer = client.get(reverse(f"partners:{name}", kwargs={"pk": world.case.pk}), asked)
        assert answer.status_code in (302, 403, 404), name
        assert not [secret for secret in SECRETS.values() if secret in answer.content.decode()], name


def test_a_kept_ranking_opens_in_its_own_case_alone(world: World) -> None:
    """The case in the path is one's own, the ranking another's."""
    stranger = world.people["stranger"]
    own = makers.make_case(world.c, actor=stranger)
    ranking = world.made["ranking"]
    client = client_of(world, "stranger")
    for kept in (ranking.pk, uuid.uuid4()):  # type: ignore[attr-defined]  # kept as objects
        path = reverse("partners:ranking", kwargs={"pk": own.pk, "snapshot": kept})
        assert client.get(path).status_code == 404


def test_a_private_yes_is_said_for_ones_own_municipality_alone(world: World) -> None:
    client = client_of(world, "stranger")
    path = reverse("partners:probe_ask")
    assert client.get(path, {"municipality": world.a.pk}).status_code == 404
    assert client.post(path, {"municipality": world.a.pk}).status_code == 404
    assert client.get(path, {"municipality": world.c.pk}).status_code == 200


@pytest.mark.parametrize("bad", BAD)
def test_nothing_that_an_address_asks_breaks_a_page(world: World, bad: str) -> None:
    client = client_of(world, "focal")
    paths = [reverse(f"partners:{name}", kwargs={"pk": world.case.pk}) for name in PAGES]
    paths += [reverse(f"partners:{name}") for name in ("register", "register_geojson", "funding_list")]
    paths += [reverse(f"partners:{name}") for name in ("listing_list", "probe_ask")]
    broken = [
        (path, name)
        for path in paths
        for answer, name in [(client.get(path, dict.fromkeys(READ, bad)), "all")]
        if answer.status_code >= 500
    ]
    assert broken == []
    # One at a time on the page that reads most of them: one refused must not hide another.
    one_each = {name: client.get(paths[0], {name: bad}).status_code for name in READ[:12]}
    assert {name: status for name, status in one_each.items() if status >= 500} == {}
