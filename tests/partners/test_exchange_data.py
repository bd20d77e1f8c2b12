"""What offers, requests and private yeses tell the ranking."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.exchange_data import complements, listed, matches, requesters
from partners.models import Function, Listing
from tests import makers

pytestmark = pytest.mark.django_db


def functions(*codes: str) -> list[Function]:
    return [Function.objects.get(pk=code) for code in codes]


def test_offers_in_the_function_and_requests_that_our_offer_meets() -> None:
    ours, near, far = (makers.make_municipality() for _ in range(3))
    makers.make_listing(ours, function="ENV-WCO")
    makers.make_listing(ours, function="REC-LIB", kind="request")
    makers.make_listing(near, function="ADM-TAX", title="Tax office")
    makers.make_listing(near, function="ENV-WCO", kind="request", title="A lorry wanted")
    makers.make_listing(near, function="REC-LIB", kind="request", title="We have no such offer")
    makers.make_listing(far, function="ENV-WCO", title="Another function than asked")
    open_ones = listed([ours.pk, near.pk, far.pk])
    found = complements(open_ones, ours, functions("ADM-TAX"))
    assert found == {near.pk: {"offers": ["Tax office"], "requests": ["A lorry wanted"]}}
    assert requesters(open_ones, functions("ENV-WCO", "ADM-TAX")) == {near.pk}


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_what_nobody_has_checked_counts_for_nothing(state: str) -> None:
    ours, other = makers.make_municipality(), makers.make_municipality()
    makers.make_listing(other, state=state, check_note="x" if state == "returned" else "")
    makers.make_listing(other, state=state, kind="request", check_note="x" if state == "returned" else "")
    assert listed([ours.pk, other.pk]) == []


def test_what_has_run_out_or_was_closed_counts_for_nothing() -> None:
    ours, other = makers.make_municipality(), makers.make_municipality()
    today = timezone.localdate()
    last = makers.make_listing(other, valid_until=today)
    makers.make_listing(other, valid_until=today - dt.timedelta(days=1))
    closed = makers.make_listing(other)
    Listing.objects.filter(pk=closed.pk).update(
        state="closed", closed_because="enough", closed_at=timezone.now()
    )
    expected = {other.pk: {"offers": [last.title], "requests": []}}
    assert complements(listed([other.pk]), ours, functions("ENV-WCO")) == expected
    assert listed([other.pk], today + dt.timedelta(days=1)) == []


def test_an_own_offer_that_is_not_open_meets_no_request() -> None:
    ours, other = makers.make_municipality(), makers.make_municipality()
    makers.make_listing(ours, state="draft")
    makers.make_listing(other, kind="request")
    assert complements(listed([ours.pk, other.pk]), ours, []) == {}


def test_only_two_yeses_match() -> None:
    a, b, c, d = (makers.make_municipality() for _ in range(4))
    makers.make_probe(a, b)
    makers.make_probe(b, a, asked_at=None)
    makers.make_probe(a, c)
    makers.make_probe(c, a, interested=False)
    makers.make_probe(a, d)
    makers.make_probe(d, a, function="REC-LIB")
    assert matches(a, functions("ENV-WCO")) == {b.pk}
    assert matches(b, functions("ENV-WCO")) == {a.pk}
    assert matches(a, functions("REC-LIB")) == set()
    assert matches(c, functions("ENV-WCO")) == set()


@pytest.mark.parametrize("count", [1, 3])
def test_each_answer_is_one_statement(count: int) -> None:
    ours = makers.make_municipality()
    for _ in range(count):
        makers.make_listing(ours)
        makers.make_listing(ours, kind="request")
    wanted = functions("ENV-WCO", "ADM-TAX")
    for ask in (lambda: listed([ours.pk]), lambda: matches(ours, wanted)):
        with CaptureQueriesContext(connection) as captured:
            ask()
        assert len(captured) == 1


def test_a_yes_of_ours_is_held_against_theirs_with_one_statement_more() -> None:
    ours = makers.make_municipality()
    for _ in range(3):
        other = makers.make_municipality()
        makers.make_probe(ours, other)
        makers.make_probe(other, ours, asked_at=None)
    with CaptureQueriesContext(connection) as captured:
        assert len(matches(ours, functions("ENV-WCO"))) == 3
    assert len(captured) == 1 + 2  # the function of the test itself, the yeses, those returned
