"""Bad input into the pages of the talks: hostile values in every field, and each fault told in clear words.

The forms are read from the pages themselves, so that a new field is tried without a word here.
"""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from tests import world as worlds
from tests.counted import rows
from tests.doors import TABLE
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
#: The rooms that this file goes through, and what is tried for others in test_bad_input.
LOOPS = ("park", "reopen", "close", "revisit", "split")
OF_LOOPS = (*(f"partners:case_{name}" for name in LOOPS), "partners:merge_offer", "partners:merge_accept")
OF_LOOPS += ("partners:merge_decline", "partners:participant_leave", "partners:participant_return")
DOORS = sorted(
    name
    for name, (method, *_rest) in TABLE.items()
    if method in ("FORM", "POST") and (name in OF_LOOPS or name.startswith(("meetings:", "personal:")))
)
FORM = "application/x-www-form-urlencoded"
#: What no browser of ours sends.
HOSTILE = {
    "a huge number": "9" * 400,
    "a number beyond the column": str(2**31),
    "below nothing": "-1",
    "a digit that is none": "²",
    "not a number": "NaN",
    "a key of nothing": "00000000-0000-4000-8000-000000000000",
    "half a key": "6f1e",
    "a year beyond years": "99999-12-31",
    "a lone surrogate": "%ED%A0%80",
    "much too long": "x" * 30_000,
    "markup": "<script>alert(1)</script>{{ 7|add:7 }}",
}
#: Fields of commands, whose forms stand on other pages.
COMMANDS = (
    *("reason", "because", "text", "revision", "page", "name", "title", "note", "word", "answer", "until"),
    *("language", "kind", "review_on", "lessons", "goal", "minutes", "seen", "deadline", "email", "role"),
    *("action", "owner", "due", "area", "objective", "override", "concern", "paper", "invitation", "reply"),
)


def door(name: str, world: World) -> tuple[Client, str]:
    """Somebody who may go in, and the address."""
    who = next(who for who, letter in zip(worlds.CAST, TABLE[name][2], strict=True) if letter in "yn")
    client = Client(raise_request_exception=True)
    if who in world.people and not name.startswith("personal:"):
        client.force_login(world.people[who])
    return client, reverse(name, kwargs=TABLE[name][1](world))


def fields(client: Client, name: str, url: str) -> set[str]:
    """The names of all fields that stand on the page of the form."""
    if TABLE[name][0] == "POST":
        return set(COMMANDS)
    page = client.get(url).content.decode()
    return {*re.findall(r'name="([^"]+)"', page), *COMMANDS} - {"csrfmiddlewaretoken", "viewport", "robots"}


@pytest.fixture
def lists_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fields of which all values were asked for: of the others only the last counts."""
    found: list[str] = []
    read = QueryDict.getlist

    def noting(data: QueryDict, key: str, default: list[str] | None = None) -> list[str]:
        found.append(key)
        return read(data, key, default)

    monkeypatch.setattr(QueryDict, "getlist", noting)
    return found


@pytest.mark.parametrize("name", DOORS)
def test_hostile_values_are_turned_away_in_words(name: str, world: World, lists_read: list[str]) -> None:
    client, url = door(name, world)
    known = fields(client, name, url)
    before = rows()
    for fault, value in HOSTILE.items():
        lists_read.clear()
        answer_hostile(client, url, {key: [value, value] for key in known}, before, fault)
        # Each value once is another request only where somebody reads lists.
        if known.intersection(lists_read):
            answer_hostile(client, url, dict.fromkeys(known, value), before, fault)


def answer_hostile(
    client: Client, url: str, typed: dict[str, Any], before: dict[str, int], fault: str
) -> None:
    """Send it as a browser sends a form without files; whatever it wrote is taken back."""
    point = transaction.savepoint()
    answer = client.post(url, urlencode(typed, doseq=True), FORM, headers={"referer": "http://testserver/"})
    assert answer.status_code < 500, fault
    if answer.status_code >= 400:
        assert rows() == before, fault
    assert "<script>alert(1)" not in answer.content.decode(), fault
    transaction.savepoint_rollback(point)


@pytest.mark.parametrize("name", DOORS)
def test_a_nul_byte_in_any_field_is_turned_away(name: str, world: World) -> None:
    client, url = door(name, world)
    known = fields(client, name, url)
    before = rows()
    answer = client.post(url, dict.fromkeys(known, "a\0b"), headers={"referer": "http://testserver/"})
    assert 400 <= answer.status_code < 500
    assert rows() == before


#: A date is sought for the informal meeting already: there the page offers no form.
ELSEWHERE = {"meetings:dates_ask": {"kind": "formal"}}
NOBODY = str(uuid.UUID(int=4))
LONG = "x" * 5001
#: name: (page, who, what was typed, status, words of the message); the rest of a form is left empty.
TOLD: dict[str, tuple[str, str, dict[str, str], int, str]] = {
    "a date in the past": (
        "meetings:dates_ask", "lead",
        {"slot_1": "2020-01-06T10:00", "minutes": "60", "answer_by": "2020-01-01"}, 422, "in the past",
    ),
    "an hour that the clocks leave out": (
        "meetings:dates_ask", "lead",
        {"slot_1": "2027-03-28T02:30", "minutes": "60", "answer_by": "2027-03-01"}, 422, "does not exist",
    ),
    "a meeting of many days": (
        "meetings:dates_ask", "lead",
        {"slot_1": "2027-03-15T10:00", "minutes": "99999999999", "answer_by": "2027-03-01"}, 422, "720",
    ),
    "an answer to a date with no name": ("meetings:dates_answer", "partner", {"name": ""}, 422, "required"),
    "an answer to a date by link with no name": ("personal:dates", "link", {"name": ""}, 422, "required"),
    "a message held back for no reason": ("meetings:message_hold", "lead", {"reason": " "}, 422, "required"),
    "all messages held back for no reason": ("meetings:post_hold", "lead", {"reason": ""}, 422, "required"),
    "a message stopped for a reason like a book": (
        "meetings:message_cancel", "lead", {"reason": LONG}, 422, "at most 300",
    ),
    "a message to an address that somebody typed": (
        "meetings:message_again", "lead", {"to_address": "x@evil.example"}, 422, "It has not left yet",
    ),
    "a message that became something else": (
        "meetings:message_settle", "lead", {"delivered": "perhaps", "reason": "x"}, 422, "valid choice",
    ),
    "a message about which nothing is open": (
        "meetings:message_settle", "lead", {"delivered": "yes", "reason": "x"}, 422, "Nothing is open here",
    ),
    "an address that nothing bars": (
        "meetings:message_lift", "lead", {"reason": "x"}, 422, "Nothing keeps messages",
    ),
    "a link closed without a reason": (
        "meetings:message_unlink", "lead", {"reason": ""}, 422, "required",
    ),
    "a quorum beyond everybody": ("meetings:rules", "lead", {"quorum": "501"}, 422, "500"),
    "a notice of a thousand years": ("meetings:rules", "lead", {"notice_days": "365000"}, 422, "120"),
    "a guest with a name like a book": ("meetings:guest", "observer", {"name": LONG}, 422, "at most 150"),
    "a word on the minutes that is none": (
        "meetings:minutes_voice", "partner", {"voice": "shrugs", "name": "x"}, 422, "valid choice",
    ),
    "an objection without words": (
        "meetings:minutes_voice", "partner", {"voice": "objects", "name": "x", "text": " "},
        422, "Say what you object to.",
    ),
    "an answer to an objection without words": (
        "meetings:objection_answer", "lead", {"answer": ""}, 422, "required",
    ),
    "a council on a day that does not exist": (
        "meetings:ratification", "lead",
        {"ratified": "yes", "resolution": "1", "resolved_on": "2027-02-30", "how": "x"}, 422, "valid date",
    ),
    "a council by link without a number": (
        "personal:council", "link", {"ratified": "yes", "resolved_on": "2026-01-05"}, 422, "required",
    ),
    "what came of a step, as a book": ("meetings:step", "partner", {"note": LONG}, 422, "at most 500"),
    "what came of a step by link, as a book": ("personal:step", "link", {"note": LONG}, 422, "at most 500"),
    "a note with a revision that is none": (
        "meetings:note", "lead", {"text": "Hello", "revision": "first"}, 422, "whole number",
    ),
    "a stance that is none": (
        "meetings:expectation", "partner", {"stance": "maybe"}, 422, "valid choice",
    ),
    "a stance by link that is none": (
        "personal:expectation", "link", {"stance": "maybe"}, 422, "valid choice",
    ),
    "a topic without words": ("meetings:topic_add", "partner", {"text": " "}, 422, "required"),
    "a topic by link that stands there": (
        "personal:topic_add", "link", {"text": "One price for all"}, 422, "in the list already",
    ),
    "a goal like a book": ("meetings:goal", "lead", {"text": LONG, "seen": "1"}, 422, "at most 500"),
    "a goal refused without a word": (
        "meetings:goal_voice", "partner", {"agrees": "no", "name": "x"}, 422, "what would have to change",
    ),
    "a task for nobody": (
        "meetings:task_add", "lead", {"task": "Write", "participant": NOBODY, "name": "x"},
        422, "valid choice",
    ),
    "a council told on no day": (
        "meetings:telling_add", "partner", {"audience": "council", "told_on": "yesterday"},
        422, "valid date",
    ),
    "staff told by link on no day": (
        "personal:telling_add", "link", {"audience": "staff", "told_on": "yesterday"}, 422, "valid date",
    ),
    "a study by another key without words": (
        "meetings:preparation_study", "lead", {"study_key": "other", "revision": "0"},
        422, "Say which key it is.",
    ),
    "a legal basis like a book": (
        "meetings:preparation_party", "partner", {"legal_basis": LONG, "revision": "0"}, 422, "at most 1000",
    ),
    "a legal basis by link on a revision to come": (
        "personal:preparation", "link", {"legal_basis": "Law 1", "revision": str(2**31)},
        422, "less than or equal",
    ),
    "a stakeholder without a name": ("meetings:stakeholder_add", "lead", {"name": ""}, 422, "required"),
    "a receiver whose address is none": (
        "meetings:receiver_add", "lead",
        {"name": "X", "role": "lawyer", "email": "nowhere", "language": "en"}, 422, "valid email",
    ),
    "a receiver who takes it on for nobody": (
        "personal:package_confirm", "receiver", {"name": ""}, 422, "required",
    ),
    "a case closed without a reason": ("partners:case_close", "lead", {"reason": " "}, 422, "required"),
    "lessons like a book": (
        "partners:case_close", "lead", {"reason": "So", "lessons": LONG}, 422, "at most 2000",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", TOLD)
def test_a_fault_is_told_and_nothing_is_written(fault: str, world: World) -> None:
    page, who, typed, status, words = TOLD[fault]
    client = Client()
    if who in world.people:
        client.force_login(world.people[who])
    before = rows()
    kwargs = TABLE[page][1](world) | ELSEWHERE.get(page, {})
    answer = client.post(reverse(page, kwargs=kwargs), typed)
    text = answer.content.decode()
    assert answer.status_code == status, text[:300]
    assert words in text
    assert rows() == before
