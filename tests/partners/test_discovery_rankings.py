"""The ranking that a decision used is kept with it: later weights and data change nothing there."""

from __future__ import annotations

import pytest

from imc_portal.core.audit import Actor
from partners.discovery import WEIGHTS
from partners.models import Municipality, Participant, RankingSnapshot
from partners.services.weights import set_weights
from partners.standings import standings_of
from tests import makers
from tests.partners.scenes import Scene, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Scene:
    return scene()


def party(here: Scene, municipality: Municipality) -> Participant:
    return here.case.participants.get(municipality=municipality)


def weigh(here: Scene, **weights: float) -> None:
    wanted = dict.fromkeys(WEIGHTS, 0.0) | weights
    set_weights(case=here.case, weights=wanted, reason="Another view", actor=Actor.person(here.focal))


def test_each_decision_keeps_the_ranking_it_used(here: Scene) -> None:
    here.post("select", {"with": [here.small.pk]})
    here.post("set_aside", {"municipality": here.large.pk, "reason": "Too large"})
    here.post("set_rest_aside", {"reason": "Too far"})
    decided = here.case.participants.exclude(state="initiator")
    assert decided.count() == 4
    for one in decided:
        assert one.ranking is not None
        assert one.ranking.weights == WEIGHTS
        assert one.ranking.functions == ["ENV-WCO"]
        assert one.municipality_id in {row["key"] for row in one.ranking.rows}


def test_nothing_changed_nothing_new_is_kept(here: Scene) -> None:
    here.post("set_aside", {"municipality": here.large.pk, "reason": "Too large"})
    here.post("set_aside", {"municipality": here.third.pk, "reason": "No interest"})
    here.post("set_rest_aside", {"reason": "Too far"})
    assert RankingSnapshot.objects.count() == 1


def test_new_weights_or_data_are_kept_anew_and_the_old_ranking_stays(here: Scene) -> None:
    here.post("set_aside", {"municipality": here.large.pk, "reason": "Too large"})
    first = party(here, here.large).ranking
    assert first is not None
    before = here.get("ranking", snapshot=first.pk)
    stood = standings_of([party(here, here.large)])[here.large.pk].place
    weigh(here, size_similarity=1)
    Municipality.objects.filter(pk=here.large.pk).update(population=3000, name="Champignole")
    here.post("set_aside", {"municipality": here.third.pk, "reason": "No interest"})
    second = party(here, here.third).ranking
    assert second is not None
    assert second != first
    assert RankingSnapshot.objects.count() == 2
    assert standings_of([party(here, here.large)])[here.large.pk].place == stood
    assert (
        here.get("ranking", snapshot=first.pk).split("<dl")[1].split("<footer")[0]
        == (before.split("<dl")[1].split("<footer")[0])
    )
    assert "Champignole" in here.get("ranking", snapshot=second.pk)


def test_the_contacts_say_where_each_stood_then(here: Scene) -> None:
    here.post("select", {"with": [here.small.pk]})
    chosen = party(here, here.small)
    stood = standings_of([chosen])[here.small.pk].place
    weigh(here, size_similarity=1)
    page = here.get("contacts")
    assert f"Ranked {stood.rank} of 4 with {stood.percent} of 100 when this was decided" in page
    assert chosen.ranking is not None
    assert here.url("ranking", snapshot=chosen.ranking.pk) in page
    opened = here.get("candidate", municipality=here.small.pk)
    assert f"Ranked {stood.rank} of 4 with {stood.percent} of 100" in opened


def test_taking_somebody_back_is_a_decision_of_its_own(here: Scene) -> None:
    here.post("set_aside", {"municipality": here.large.pk, "reason": "Too large"})
    weigh(here, size_similarity=1)
    here.post("select", {"chosen": [here.large.pk]})
    ranking = party(here, here.large).ranking
    assert ranking is not None
    assert ranking.weights["size_similarity"] == 1
    assert ranking.weights["proximity"] == 0


def test_a_ranking_belongs_to_its_case_and_to_those_inside(here: Scene) -> None:
    here.post("select", {"with": [here.small.pk]})
    snapshot = RankingSnapshot.objects.get()
    other = makers.make_case()
    stranger = makers.make_member(here.large)
    here.get("ranking", user=stranger, status=404, snapshot=snapshot.pk)
    makers.make_participant(here.case, here.large, state="acknowledged")
    assert "Bois" not in here.get("ranking", user=stranger, status=403, snapshot=snapshot.pk)
    here.get("ranking", user=here.reader, snapshot=snapshot.pk)
    here.case = other
    here.focal = makers.make_member(other.initiator)
    here.get("ranking", status=404, snapshot=snapshot.pk)


def test_a_ranking_without_figures_of_today_still_shows(here: Scene) -> None:
    snapshot = RankingSnapshot.objects.create(
        case=here.case,
        taken_by="x",
        weights={"proximity": 15, "an_old_factor": 3},
        rows=[
            {
                "key": here.small.pk,
                "code": here.small.code,
                "name": "Bois",
                "rank": 1,
                "score": 0.5,
                "ease": 0.5,
                "value": None,
                "coverage": 0.3,
                "neighbour": True,
                "km": None,
                "population": 300,
                "factors": {"an_old_factor": {"score": 0.5, "weight": 3, "raw": {}}},
            }
        ],
    )
    page = here.get("ranking", snapshot=snapshot.pk)
    assert "an_old_factor" in page
    assert "not known" in page


def test_the_page_asks_the_same_for_one_and_three(here: Scene) -> None:
    here.post("set_aside", {"municipality": here.large.pk, "reason": "Too large"})
    one = RankingSnapshot.objects.get()
    before = here.statements("ranking", snapshot=one.pk)
    for _n in range(3):
        makers.make_neighbours(here.town, makers.make_municipality(latitude=46.7, longitude=5.6))
    here.post("set_rest_aside", {"reason": "Too far"})
    two = party(here, here.third).ranking
    assert two is not None
    assert len(two.rows) == len(one.rows) + 3
    assert here.statements("ranking", snapshot=two.pk) == before
