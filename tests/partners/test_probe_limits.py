"""Who can be asked in private, what is refused, and what a page of yeses costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from partners.models import Function, Municipality, Probe, ProbeQuestion
from partners.services import probes
from partners.surroundings import circle_of
from tests import makers
from tests.partners import rings
from tests.partners.pages import client_of
from tests.partners.rings import Ring, body

pytestmark = pytest.mark.django_db


@pytest.fixture
def ring() -> Ring:
    return rings.make_ring()


# --- refusals -----------------------------------------------------------------------------------------


def test_with_fewer_than_five_around_it_is_refused() -> None:
    towns = [makers.make_municipality(country="LI", latitude=47.1 + n / 100, longitude=9.5) for n in range(5)]
    focal = makers.make_member(towns[0])
    assert circle_of(towns[0]).askable == frozenset()
    with pytest.raises(Refusal, match="show that it comes from you"):
        probes.ask(
            municipality=towns[0],
            others=[towns[1]],
            function=Function.objects.get(pk="ECO-ROA"),
            actor=Actor.person(focal),
        )
    assert not Probe.objects.exists()
    page = body(client_of(focal), reverse("partners:probe_ask")).decode()
    assert "Nobody can be asked in private" in page


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"function": "ECO-ROA"},
        {"function": "NO-SUCH", "others": ["1"]},
        {"function": "ECO-ROA", "others": ["99999999999999999999999"]},
        {"function": "ECO-ROA", "others": ["x"]},
    ],
)
def test_bad_input_is_told_and_keeps_nothing(typed: dict[str, object], ring: Ring) -> None:
    client = client_of(ring.people["a"])
    answer = client.post(reverse("partners:probe_ask"), typed | {"municipality": ring.a.pk})
    assert answer.status_code == 422
    assert not Probe.objects.exists()


@pytest.mark.parametrize("named", ["99999999999999999999999", "x", "0"])
def test_nobody_speaks_for_another_municipality(named: str, ring: Ring) -> None:
    client = client_of(ring.people["a"])
    data = {"function": "ECO-ROA", "others": [ring.b.pk]}
    for municipality in (named, str(ring.c.pk)):
        answer = client.post(reverse("partners:probe_ask"), data | {"municipality": municipality})
        assert answer.status_code == 404
    assert not Probe.objects.exists()


def test_an_answer_names_only_those_in_the_question(ring: Ring) -> None:
    ring.ask(ring.b)
    probes.put_questions()
    question = ProbeQuestion.objects.get()
    far = makers.make_municipality(latitude=48.9, longitude=2.3)
    client = client_of(ring.people["b"])
    for wrong in (str(far.pk), "x", "9" * 30):
        assert client.post(question.get_absolute_url(), {"others": [wrong]}).status_code == 422
    assert client.post(question.get_absolute_url(), {}).status_code == 302
    assert client.post(question.get_absolute_url(), {"others": [ring.a.pk]}).status_code == 302
    assert not Probe.objects.mutual().exists()


# --- the circle ---------------------------------------------------------------------------------------


def test_who_may_be_asked_lies_in_the_others_circle() -> None:
    """One far off has near ones, but is near to none of them: asking would give it away."""
    cluster = [
        makers.make_municipality(latitude=46.0 + n / 1000, longitude=5.0 + n % 4 / 1000) for n in range(14)
    ]
    lone = makers.make_municipality("Lone", latitude=46.3, longitude=5.0)
    assert len(circle_of(lone).around) == 10
    assert circle_of(lone).askable == frozenset()
    makers.make_neighbours(lone, cluster[0])
    assert circle_of(lone).askable == {cluster[0].pk}
    for town in cluster:
        circle = circle_of(town)
        assert circle.askable <= circle.around
        for other in circle.askable:
            assert town.pk in circle_of(Municipality.objects.get(pk=other)).around


def test_the_circle_is_found_where_few_live_and_without_a_point() -> None:
    towns = [makers.make_municipality(country="SE", latitude=60 + n, longitude=15) for n in range(8)]
    assert len(circle_of(towns[0]).around) == 7
    assert circle_of(towns[0]).askable == {town.pk for town in towns[1:]}
    lost = makers.make_municipality(country="SE", latitude=None, longitude=None)
    assert circle_of(lost).around == frozenset()
    makers.make_neighbours(lost, towns[0])
    assert circle_of(lost).around == {towns[0].pk}
    assert lost.pk not in circle_of(towns[0]).askable


def test_the_page_asks_the_same_for_one_and_three(ring: Ring) -> None:
    client = client_of(ring.people["a"])

    def asked() -> int:
        client.get(reverse("partners:probe_list"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("partners:probe_list"))
        return len(captured)

    ring.ask(ring.c, ring.b)
    ring.ask(ring.a, by="b")
    one = asked()
    ring.ask(*ring.towns[3:6])
    for code in ("REC-LIB", "ADM-TAX"):
        Ring(ring.towns, ring.people, Function.objects.get(pk=code)).ask(ring.a, by="b")
    ring.ask(ring.a, by="c")
    probes.put_questions()
    assert ProbeQuestion.objects.filter(municipality=ring.a).count() == 2
    assert asked() == one
