"""Attitudes: who may state them, their history, and the gate they open."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings import gates
from meetings.models import Attitude
from meetings.services import attitudes
from partners.models import CandidateArea, Case, Participant
from tests import makers
from tests.meetings import scenes


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return scenes.make_scene(state=Case.State.ATTITUDE)


def state(
    scene: scenes.Scene,
    who: Participant,
    value: str = "positive",
    *areas: CandidateArea,
    conditions: str = "",
) -> Attitude:
    return attitudes.state_attitude(
        participant=who,
        value=value,
        conditions=conditions,
        areas=areas or ([scene.area] if value in ("positive", "conditional") else []),
        stated_by=f"Mayor of {who}",
        actor=Actor.person(scene.focal),
    )


def test_an_attitude_is_added_and_the_earlier_one_stays(scene: scenes.Scene) -> None:
    state(scene, scene.birk, "undecided")
    state(scene, scene.birk, "conditional", conditions="A key by inhabitants")
    rows = list(Attitude.objects.filter(participant=scene.birk).values_list("value", flat=True))
    assert rows == ["conditional", "undecided"]
    assert gates.latest_attitudes(scene.case)[scene.birk].value == "conditional"
    scene.birk.refresh_from_db()
    assert scene.birk.state == "attitude_stated"


@pytest.mark.parametrize(
    "before", ["informal_meeting", "clarification", "formal_held", "handed_over", "closed"]
)
def test_an_attitude_has_its_time(scene: scenes.Scene, before: str) -> None:
    Case.objects.filter(pk=scene.case.pk).update(state=before)
    scene.birk.case.refresh_from_db()
    with pytest.raises(Refusal):
        state(scene, scene.birk)
    assert not Attitude.objects.exists()


def test_an_open_attitude_names_areas_of_the_talks(scene: scenes.Scene) -> None:
    aside = scene.case.areas.create(
        function_id="SAF-FIR", mode="joint_production", state="set_aside", reason="Not now"
    )
    foreign = makers.make_area(makers.make_case(makers.make_municipality("Far")))
    for areas in ([], [aside], [foreign]):
        with pytest.raises(Refusal):
            attitudes.state_attitude(
                participant=scene.birk, value="positive", areas=areas, stated_by="X", actor=Actor.portal()
            )
    assert not Attitude.objects.exists()


def test_who_left_states_nothing_and_counts_for_nothing(scene: scenes.Scene) -> None:
    state(scene, scene.birk)
    Participant.objects.filter(pk=scene.birk.pk).update(state="withdrawn", reason="Elections")
    assert scene.birk not in gates.latest_attitudes(scene.case)
    with pytest.raises(Refusal):
        state(scene, scene.birk)


# --- the gate "informal phase positive" ------------------------------------------------


def test_the_gate_opens_with_the_initiator_and_one_other_on_a_common_area(scene: scenes.Scene) -> None:
    state(scene, scene.alder)
    state(scene, scene.birk, "conditional", conditions="Exit after two years")
    assert gates.formal_meeting(scene.case) == []
    assert gates.common_areas(scene.case) == {scene.area: [scene.alder, scene.birk]}


def test_the_gate_says_what_is_missing(scene: scenes.Scene) -> None:
    assert gates.formal_meeting(scene.case) == [
        "Alder has not stated its attitude yet.",
        "No other municipality is positive, or positive on conditions, yet.",
    ]
    state(scene, scene.alder, "negative")
    state(scene, scene.birk)
    assert gates.formal_meeting(scene.case) == ["Alder itself is negative."]


def test_the_gate_wants_an_area_in_common(scene: scenes.Scene) -> None:
    other = scene.case.areas.create(function_id="SAF-FIR", mode="joint_production", state="agreed")
    state(scene, scene.alder, "positive", scene.area)
    state(scene, scene.birk, "positive", other)
    reasons = gates.formal_meeting(scene.case)
    assert reasons == ["There is no area that both the initiator and another municipality would explore."]
    state(scene, scene.corn, "positive", other, scene.area)
    assert gates.formal_meeting(scene.case) == []


def test_an_area_that_left_the_talks_is_no_longer_common(scene: scenes.Scene) -> None:
    state(scene, scene.alder)
    state(scene, scene.birk)
    CandidateArea.objects.filter(pk=scene.area.pk).update(state="set_aside", reason="Too early")
    assert gates.common_areas(scene.case) == {}
    assert gates.formal_meeting(scene.case)


def test_a_later_no_closes_the_gate_again(scene: scenes.Scene) -> None:
    state(scene, scene.alder)
    state(scene, scene.birk)
    state(scene, scene.birk, "negative")
    assert gates.formal_meeting(scene.case) == [
        "No other municipality is positive, or positive on conditions, yet."
    ]


def test_the_gate_is_closed_before_the_answers_are_open(scene: scenes.Scene) -> None:
    state(scene, scene.alder)
    state(scene, scene.birk)
    Case.objects.filter(pk=scene.case.pk).update(state="clarification")
    scene.case.refresh_from_db()
    assert gates.formal_meeting(scene.case) == [
        "The informal meeting is not held yet, or the answers are still sealed."
    ]


# --- pages ------------------------------------------------------------------------------


def url(scene: scenes.Scene, who: Participant) -> str:
    return reverse("meetings:attitude", args=[scene.case.pk, who.pk])


def typed(scene: scenes.Scene, **changes: object) -> dict[str, object]:
    return {"value": "positive", f"area_{scene.area.pk}": "positive", **changes}


@pytest.mark.parametrize(
    ("person", "whose", "status"),
    [
        ("guest_lead", "birk", 302),
        ("guest", "birk", 403),
        ("guest_lead", "corn", 403),
        ("guest_lead", "alder", 403),
        ("focal", "alder", 302),
        ("focal", "corn", 302),
        ("lead", "alder", 302),
        ("reader", "alder", 403),
        ("facilitator", "birk", 403),
        ("observer", "birk", 403),
        ("stranger", "birk", 404),
    ],
)
def test_who_may_state_or_record(
    scene: scenes.Scene, client: Client, person: str, whose: str, status: int
) -> None:
    client.force_login(getattr(scene, person))
    response = client.post(url(scene, getattr(scene, whose)), typed(scene, stated_by="Mayor X"))
    assert response.status_code == status
    assert Attitude.objects.count() == (status == 302)


def test_the_host_names_who_stated_it(scene: scenes.Scene, client: Client) -> None:
    client.force_login(scene.focal)
    refused = client.post(url(scene, scene.corn), typed(scene))
    assert refused.status_code == 422
    client.post(url(scene, scene.corn), typed(scene, stated_by="Mayor Corn, by telephone"))
    assert Attitude.objects.get().stated_by == "Mayor Corn, by telephone"


def test_a_lead_states_in_its_own_name(scene: scenes.Scene, client: Client) -> None:
    client.force_login(scene.guest_lead)
    client.post(url(scene, scene.birk), typed(scene, stated_by="Somebody else"))
    assert Attitude.objects.get().stated_by == "Bea Birk"


@pytest.mark.parametrize(
    "wrong", [{"value": "conditional"}, {"value": "negative"}, {"value": "perhaps"}, {"value": ""}]
)
def test_an_incomplete_attitude_keeps_what_was_typed(
    scene: scenes.Scene, client: Client, wrong: dict[str, object]
) -> None:
    client.force_login(scene.focal)
    response = client.post(url(scene, scene.corn), typed(scene, stated_by="Mayor Corn") | wrong)
    assert response.status_code == 422
    assert "Mayor Corn" in response.content.decode()
    assert not Attitude.objects.exists()


def test_the_page_shows_the_latest_the_common_areas_and_the_gate(scene: scenes.Scene, client: Client) -> None:
    state(scene, scene.alder)
    client.force_login(scene.focal)
    page = client.get(reverse("meetings:attitudes", args=[scene.case.pk])).content.decode()
    assert "No other municipality is positive" in page
    state(scene, scene.birk, "conditional", conditions="Exit after two years")
    page = client.get(reverse("meetings:attitudes", args=[scene.case.pk])).content.decode()
    assert "Exit after two years" in page
    assert "Ready for a formal meeting" in page


def test_a_holder_states_the_attitude_by_link(scene: scenes.Scene, client: Client) -> None:
    address = reverse("personal:attitude", args=[scenes.link_of(scene.birk)])
    assert client.get(address).status_code == 200
    assert client.post(address, typed(scene)).status_code == 302
    stated = Attitude.objects.get()
    assert stated.participant == scene.birk
    assert stated.stated_by == str(scene.birk.contact)


def test_a_holder_is_told_when_it_is_too_early(scene: scenes.Scene, client: Client) -> None:
    Case.objects.filter(pk=scene.case.pk).update(state="informal_meeting")
    address = reverse("personal:attitude", args=[scenes.link_of(scene.birk)])
    assert "once the informal meeting is held" in client.get(address).content.decode()
    assert client.post(address, typed(scene)).status_code == 422
    assert not Attitude.objects.exists()


def test_the_page_asks_the_same_number_of_queries_for_one_and_three(db: None, client: Client) -> None:
    counts = [scenes.count_queries(client, guests, _stated) for guests in (1, 3)]
    assert counts[0] == counts[1]


def _stated(scene: scenes.Scene) -> str:
    Case.objects.filter(pk=scene.case.pk).update(state="attitude")
    for who in scene.everybody:
        who.case.refresh_from_db()
        state(scene, who)
    return reverse("meetings:attitudes", args=[scene.case.pk])
