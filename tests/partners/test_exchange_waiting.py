"""What of the exchange stands on the home page, for whom, and for how long."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.models import User
from partners.exchange_waiting import MATCH_STAYS, waiting_for
from partners.models import Function, Interest, Municipality, ProbeQuestion
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def towns() -> tuple[Municipality, Municipality]:
    return makers.make_municipality("Arlay"), makers.make_municipality("Bracon")


def texts(user: User, now: dt.datetime | None = None) -> list[str]:
    return [item.text for item in waiting_for(user, now)]


def home(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("home")).content.decode()


def test_the_curator_has_what_waits_for_a_check(towns: tuple[Municipality, Municipality]) -> None:
    curator = makers.make_user(is_staff=True)
    assert texts(curator) == []
    makers.make_listing(towns[0], state="submitted")
    assert texts(curator) == ["1 offer or request waits for your check"]
    makers.make_listing(towns[1], state="submitted")
    makers.make_listing(towns[1], state="draft")
    assert "2 offers and requests wait for your check" in home(curator)
    assert reverse("partners:listing_check") in home(curator)
    assert texts(makers.make_member(towns[0])) == []


def test_the_owner_has_the_interest_to_answer(towns: tuple[Municipality, Municipality]) -> None:
    owner, sender = makers.make_member(towns[0]), makers.make_member(towns[1])
    reader = makers.make_member(towns[0], "reader")
    interest = makers.make_interest(makers.make_listing(towns[0], title="Our lorry"), sender)
    assert texts(owner) == ["Answer the interest of Bracon: Our lorry"]
    assert "Answer the interest of Bracon: Our lorry" in home(owner)
    assert texts(reader) == texts(sender) == []
    Interest.objects.filter(pk=interest.pk).update(state="welcome", answered_at=timezone.now())
    assert texts(owner) == []


def test_a_private_question_waits_by_its_day_until_it_is_answered(
    towns: tuple[Municipality, Municipality],
) -> None:
    asked = makers.make_member(towns[0])
    function = Function.objects.get(pk="ECO-ROA")
    question = ProbeQuestion.objects.create(municipality=towns[0], function=function)
    [item] = waiting_for(asked)
    assert (item.text, item.url) == (
        f"Answer a private question: {function}",
        question.get_absolute_url(),
    )
    assert item.since == timezone.localdate(question.asked_at)
    assert not isinstance(item.since, dt.datetime)
    assert texts(makers.make_member(towns[1])) == texts(makers.make_user(is_staff=True)) == []
    ProbeQuestion.objects.update(answered_at=timezone.now())
    assert texts(asked) == []


def test_only_a_yes_on_both_sides_is_news_and_for_a_month(towns: tuple[Municipality, Municipality]) -> None:
    one, other = makers.make_member(towns[0]), makers.make_member(towns[1])
    makers.make_probe(*towns, said_by=one)
    assert texts(one) == texts(other) == []
    assert "Bracon" not in home(one)
    makers.make_probe(towns[1], towns[0], said_by=other)
    [news] = texts(one)
    assert news.startswith("Bracon and you both said yes")
    assert texts(other)[0].startswith("Arlay and you both said yes")
    assert texts(one, timezone.now() + MATCH_STAYS + dt.timedelta(days=1)) == []


def test_it_asks_the_same_for_one_and_three(towns: tuple[Municipality, Municipality]) -> None:
    owner, sender = makers.make_member(towns[0], is_staff=True), makers.make_member(towns[1])

    def grow(code: str) -> None:
        makers.make_interest(makers.make_listing(towns[0]), sender)
        makers.make_listing(state="submitted")
        function = Function.objects.get(pk=code)
        ProbeQuestion.objects.create(municipality=towns[0], function=function)
        makers.make_probe(*towns, function=code, said_by=owner)
        makers.make_probe(towns[1], towns[0], function=code, said_by=sender)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            waiting_for(User.objects.get(pk=owner.pk))
        return len(captured)

    grow("ECO-ROA")
    one = asked()
    grow("REC-LIB")
    grow("ADM-TAX")
    assert len(waiting_for(owner)) == 10
    assert asked() == one
