"""For the next step: who records what, by account and by link, and what nobody recorded stays open."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings.models import AreaPreparation, PartyPreparation, Stakeholder
from meetings.services import preparation, receivers
from meetings.waiting import outlook
from partners.models import Case
from tests.meetings import packages, scenes

SAID = {"legal_basis": "Art. 5", "official_name": "Otto", "revision": "0"}


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    made = scenes.make_scene()
    Case.objects.filter(pk=made.case.pk).update(state=Case.State.FORMAL_HELD)
    made.case.refresh_from_db()
    return made


def party(scene: scenes.Scene, who: Any) -> str:
    return reverse("meetings:preparation_party", args=[scene.case.pk, who.pk, scene.area.pk])


def by_link(scene: scenes.Scene) -> str:
    return reverse("personal:preparation", args=[scenes.link_of(scene.birk), scene.area.pk])


@pytest.mark.parametrize(
    ("person", "own", "other"),
    [
        ("lead", 302, 302),
        ("focal", 302, 302),
        ("reader", 403, 403),
        ("guest", 302, 403),
        ("stranger", 404, 404),
        ("observer", 403, 403),
        ("facilitator", 403, 403),
    ],
)
def test_the_host_writes_for_all_and_a_party_for_itself(
    scene: scenes.Scene, client: Client, person: str, own: int, other: int
) -> None:
    client.force_login(getattr(scene, person))
    assert client.post(party(scene, scene.birk), SAID).status_code == own
    assert client.post(party(scene, scene.corn), SAID).status_code == other
    assert PartyPreparation.objects.count() == [own, other].count(302)


def test_a_party_reads_its_own_alone(scene: scenes.Scene, client: Client) -> None:
    for who, basis in ((scene.birk, "BASIS-OF-BIRK"), (scene.corn, "BASIS-OF-CORN")):
        preparation.record_party(
            area=scene.area,
            participant=who,
            said={"legal_basis": basis},
            revision=0,
            actor=Actor.person(scene.focal),
        )
    Stakeholder.objects.create(case=scene.case, name="Drivers", recorded_by="x")
    address = reverse("meetings:preparation", args=[scene.case.pk])
    client.force_login(scene.guest)
    page = client.get(address).content.decode()
    assert "BASIS-OF-BIRK" in page
    assert "BASIS-OF-CORN" not in page
    assert "Drivers" not in page
    client.force_login(scene.focal)
    page = client.get(address).content.decode()
    assert all(words in page for words in ("BASIS-OF-BIRK", "BASIS-OF-CORN", "Drivers"))


def test_somebody_without_account_records_by_link(scene: scenes.Scene, client: Client) -> None:
    home = client.get(reverse("personal:home", args=[scenes.link_of(scene.birk)])).content.decode()
    assert by_link(scene) in home
    assert client.get(by_link(scene)).status_code == 200
    assert not PartyPreparation.objects.exists()
    assert client.post(by_link(scene), SAID).status_code == 302
    kept = PartyPreparation.objects.get()
    assert (kept.participant, kept.legal_basis) == (scene.birk, "Art. 5")
    Case.objects.update(state=Case.State.ATTITUDE)
    home = client.get(reverse("personal:home", args=[scenes.link_of(scene.birk)])).content.decode()
    assert by_link(scene) not in home


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"revision": "-1"},
        {"revision": "9" * 40},
        {"revision": "x"},
        {**SAID, "legal_basis": "x\0"},
        {**SAID, "legal_basis": "x" * 1001},
        {**SAID, "revision": "7"},
    ],
)
def test_bad_input_is_told_and_nothing_is_kept(
    scene: scenes.Scene, client: Client, data: dict[str, str]
) -> None:
    for address in (by_link(scene), party(scene, scene.birk)):
        client.force_login(scene.focal)
        assert client.post(address, data).status_code in (400, 422)
    assert not PartyPreparation.objects.exists()


def test_two_writers_overwrite_nothing(scene: scenes.Scene) -> None:
    actor = Actor.person(scene.focal)
    preparation.record_study(area=scene.area, said={"study_by": "We"}, revision=0, actor=actor)
    with pytest.raises(Stale):
        preparation.record_study(area=scene.area, said={"study_by": "They"}, revision=0, actor=actor)
    assert AreaPreparation.objects.get().study_by == "We"


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"study_by": "KDZ", "study_key": "equal", "revision": "0"}, 1),
        ({"study_key": "other", "revision": "0"}, 0),
        ({"study_key": "by magic", "revision": "0"}, 0),
        ({"study_key": "other", "study_key_note": "half and half", "revision": "0"}, 1),
    ],
)
def test_the_study_and_its_key(scene: scenes.Scene, client: Client, data: dict[str, str], kept: int) -> None:
    client.force_login(scene.focal)
    address = reverse("meetings:preparation_study", args=[scene.case.pk, scene.area.pk])
    assert client.post(address, data).status_code == (302 if kept else 422)
    assert AreaPreparation.objects.count() == kept


def test_a_stakeholder_is_noted_once_and_can_be_dropped(scene: scenes.Scene, client: Client) -> None:
    client.force_login(scene.focal)
    address = reverse("meetings:stakeholder_add", args=[scene.case.pk])
    assert client.post(address, {"name": "Drivers"}).status_code == 302
    assert client.post(address, {"name": "Drivers"}).status_code == 422
    assert client.post(address, {"name": "x", "area": "not-a-key"}).status_code == 422
    assert Stakeholder.objects.count() == 1
    drop = reverse("meetings:stakeholder_drop", args=[Stakeholder.objects.get().pk])
    assert client.post(drop).status_code == 302
    assert client.post(drop).status_code == 404


def test_a_parked_case_and_one_who_left_record_nothing(scene: scenes.Scene) -> None:
    actor, said = Actor.person(scene.focal), {"legal_basis": "x"}
    scene.corn.state, scene.corn.reason = "withdrawn", "Elections"
    scene.corn.save()
    with pytest.raises(Refusal, match="Corn"):
        preparation.record_party(area=scene.area, participant=scene.corn, said=said, revision=0, actor=actor)
    Case.objects.update(state="parked", parked_from="formal_held")
    with pytest.raises(Refusal, match="parked"):
        preparation.record_study(area=scene.area, said={}, revision=0, actor=actor)


def test_the_home_page_says_for_which_receiver_we_wait(scene: scenes.Scene) -> None:
    actor, package = Actor.person(scene.focal), packages.put(scene)
    lena = receivers.Named("Lena", "lawyer", "lena@x.example", "en")
    receiver = receivers.name_receiver(package=package, named=lena, actor=actor)
    waits = [one for one in outlook(scene.focal).for_others if "confirmed the package" in one.text]
    assert [one.since for one in waits] == [receiver.named_at]
    assert not [one for one in outlook(scene.guest).for_others if "the package" in one.text]
    receivers.confirm(receiver=receiver, name="Lena", remark="", actor=actor)
    assert not [one for one in outlook(scene.focal).for_others if "the package" in one.text]
