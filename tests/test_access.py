"""Who may open which door: every named URL of the portal, asked by a fixed cast of ten.

A row gives, for each of the cast in the order of CAST, one letter:
  y  the door opens (200, or a redirect after the act)
  n  not found: the thing is not visible to them (404)
  f  forbidden: visible, but not theirs to do (403)
  s  asked to sign in
Commands are posted with empty data: an act that then refuses (message, 4xx but 403 and 404) has opened its door.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import world as worlds
from tests.world import CAST, SECRETS, World

pytestmark = pytest.mark.django_db

#: Not ours, and tested by their makers; what they guard is listed in the comments.
FOREIGN = re.compile(
    r"^(account_|mfa_|socialaccount_|usersessions_|admin:|set_language$|javascript-catalog$)"
)

Arguments = Callable[[World], dict[str, Any]]


def at(key: str) -> Arguments:
    """The primary key of something the world holds."""
    return lambda world: {"pk": world.made[key].pk}  # type: ignore[attr-defined]  # kept as objects


def no_arguments(world: World) -> dict[str, Any]:
    return {}


def in_case(world: World) -> dict[str, Any]:
    return {"pk": world.case.pk}


def of_case(world: World) -> dict[str, Any]:
    return {"case": world.case.pk}


def commune(world: World) -> dict[str, Any]:
    return {"country": world.b.country, "code": world.b.code}


def by_link(world: World) -> dict[str, Any]:
    return {"token": world.token}


def question(world: World) -> dict[str, Any]:
    return {"token": world.token, "number": 1}


#: name: (method, arguments, letters for lead focal reader partner stranger observer curator facilitator nobody link)
TABLE: dict[str, tuple[str, Arguments, str]] = {
    "home": ("GET", no_arguments, "yyyyyyyyss"),
    "healthz": ("GET", no_arguments, "yyyyyyyyyy"),
    "readyz": ("GET", no_arguments, "yyyyyyyyyy"),
    "profile": ("GET", no_arguments, "yyyyyyyyss"),
    "style": ("GET", no_arguments, "ffffffyfss"),
}


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


def test_every_url_is_listed() -> None:
    assert sorted(set(ours()) - set(TABLE)) == [], "give each new URL its row in TABLE"
    assert sorted(set(TABLE) - set(ours())) == [], "these rows name URLs that are gone"


def knock(client: Client, method: str, url: str) -> str:
    """What came of it, as a letter."""
    answer = (
        client.get(url) if method == "GET" else client.post(url, headers={"referer": "http://testserver/"})
    )
    if answer.status_code == 404:
        return "n"
    if answer.status_code == 403:
        return "f"
    if answer.status_code == 302 and "/accounts/login/" in answer.headers["Location"]:
        return "s"
    assert answer.status_code < 500, f"{url}: {answer.status_code}"
    assert answer.status_code != 405, f"{url} does not take {method}"
    return "y"


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_right_people_get_in(name: str) -> None:
    method, arguments, expected = TABLE[name]
    world = worlds.build()
    url = reverse(name, kwargs=arguments(world))
    found = ""
    for who in CAST:
        client = Client()
        if who in world.people:
            client.force_login(world.people[who])
        point = transaction.savepoint()
        found += knock(client, method, url)
        transaction.savepoint_rollback(point)
    assert dict(zip(CAST, found, strict=True)) == dict(zip(CAST, expected, strict=True))


@pytest.mark.parametrize("name", sorted(name for name, row in TABLE.items() if row[0] == "POST"))
def test_no_command_answers_get(name: str) -> None:
    world = worlds.build()
    client = Client()
    client.force_login(world.people["lead"])
    assert client.get(reverse(name, kwargs=TABLE[name][1](world))).status_code == 405


#: What each of the cast must not read anywhere, however they ask.
HIDDEN = {
    "reader": ("answer_b",),
    "focal": ("answer_b",),
    "lead": ("answer_b",),
    "partner": ("ranking", "aside", "contact", "draft", "annex_d", "answer_a", "need"),
    "stranger": tuple(SECRETS),
    "observer": tuple(SECRETS),
    "curator": tuple(SECRETS),
    "facilitator": tuple(SECRETS),
    "nobody": tuple(SECRETS),
    "link": ("ranking", "aside", "contact", "draft", "annex_d", "answer_a", "need"),
}


@pytest.mark.parametrize("who", CAST)
def test_nobody_reads_what_is_not_theirs(who: str) -> None:
    world = worlds.build()
    client = Client()
    if who in world.people:
        client.force_login(world.people[who])
    for name, (method, arguments, _letters) in TABLE.items():
        if method != "GET" or (name.startswith("personal:") and who != "link"):
            continue
        answer = client.get(reverse(name, kwargs=arguments(world)))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]  # stream or not
        leaked = [key for key in HIDDEN[who] if SECRETS[key].encode() in body]
        assert not leaked, f"{name} shows {', '.join(leaked)} to {who}"
