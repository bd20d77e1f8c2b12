"""Who has a text open: told at once and while it stays open, to people of the initiator alone."""

from __future__ import annotations

import uuid
import zoneinfo
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from partners.models import Membership
from proposals import presence, services
from proposals.models import DraftRevision, ProposalVersion
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(version: ProposalVersion) -> User:
    return makers.make_member(version.proposal.case.initiator, name="Anna Muster", time_zone="Europe/Paris")


@pytest.fixture
def bert(version: ProposalVersion) -> User:
    return makers.make_member(version.proposal.case.initiator, Membership.Role.LEAD, name="Bert Beispiel")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(name: str, record: Any, user: User) -> str:
    return signed_in(user).get(reverse(f"proposals:{name}", args=[record.pk])).content.decode()


def beat(version: ProposalVersion, user: User, **sent: str) -> Any:
    return signed_in(user).post(reverse("proposals:presence", args=[version.proposal_id]), sent)


def test_the_second_person_is_told_on_opening_and_the_first_one_live(
    version: ProposalVersion, anna: User, bert: User
) -> None:
    assert "has this text open" not in page("desk", version.proposal, anna)
    since = presence.others(version, version.proposal.case, besides=bert)[0].since
    local = since.astimezone(zoneinfo.ZoneInfo(bert.time_zone))
    told = page("desk", version.proposal, bert)
    assert f"Anna Muster has this text open since {local:%H:%M}." in told
    assert "Bert Beispiel has this text open" not in told
    assert beat(version, anna).json()["others"].startswith("Bert Beispiel has this text open since ")
    assert beat(version, bert, leave="1").json() == {"others": "", "newer": ""}
    assert beat(version, anna).json()["others"] == ""


def test_each_annex_is_a_text_of_its_own(version: ProposalVersion, anna: User, bert: User) -> None:
    first, second = version.annexes.all()
    page("annex", first, anna)
    assert "Anna Muster has this text open" in page("annex", first, bert)
    assert "Anna Muster has this text open" not in page("annex", second, bert)
    assert beat(version, bert, annex=str(first.pk)).json()["others"].startswith("Anna Muster")
    assert beat(version, bert, annex=str(second.pk)).json()["others"] == ""


def test_newer_words_are_told_with_their_author(version: ProposalVersion, anna: User, bert: User) -> None:
    services.save_common(version=version, revision=0, actor=Actor.person(anna), why="Newer.")
    assert beat(version, bert, revision="1").json()["newer"] == ""
    told = beat(version, bert, revision="0").json()["newer"]
    saved = DraftRevision.objects.get(number=1).saved_at.astimezone(zoneinfo.ZoneInfo(bert.time_zone))
    assert told == f"Anna Muster saved newer words at {saved:%H:%M}."
    assert "another window" in beat(version, anna, revision="0").json()["newer"]


def test_since_when_stays_and_nobody_stays_longer_than_a_minute(
    version: ProposalVersion, anna: User, bert: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = version.proposal.case
    presence.arrive(version, anna)
    first = presence.others(version, case, besides=bert)
    presence.arrive(version, anna)
    assert presence.others(version, case, besides=bert) == first
    assert presence.SECONDS == 60
    monkeypatch.setattr(presence, "SECONDS", 0)
    presence.arrive(version, anna)
    assert presence.others(version, case, besides=bert) == []


def test_a_reader_is_told_and_not_counted(version: ProposalVersion, anna: User) -> None:
    reader = makers.make_member(version.proposal.case.initiator, "reader", name="Rita Leserin")
    page("desk", version.proposal, anna)
    told = page("desk", version.proposal, reader)
    assert "Anna Muster has this text open" in told
    assert "data-presence" not in told
    assert "Rita Leserin has this text open" not in page("desk", version.proposal, anna)
    assert presence.others(version, version.proposal.case, besides=anna) == []


def test_people_who_left_the_initiator_are_not_named(
    version: ProposalVersion, anna: User, bert: User
) -> None:
    page("desk", version.proposal, anna)
    Membership.objects.filter(user=anna).delete()
    assert presence.others(version, version.proposal.case, besides=bert) == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"annex": "x"}, 404),
        ({"annex": str(uuid.uuid4())}, 404),
        ({"revision": "9" * 5000}, 200),
        ({"revision": "-1"}, 200),
        ({"revision": "٣"}, 200),
        ({"annex": "a\0b"}, 400),
        ({"annex": "x" * 1_000_000}, 404),
    ],
)
def test_damaged_beats(sent: dict[str, str], status: int, version: ProposalVersion, anna: User) -> None:
    assert beat(version, anna, **sent).status_code == status


def test_an_annex_of_another_proposal_is_not_found(version: ProposalVersion, anna: User) -> None:
    foreign = makers.make_draft(makers.make_case(makers.make_municipality())).annexes.all()[0]
    assert beat(version, anna, annex=str(foreign.pk)).status_code == 404


def test_without_the_cache_people_write_on(version: ProposalVersion, anna: User) -> None:
    nowhere = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=nowhere):
        assert presence.others(version, version.proposal.case, besides=anna) == []
        presence.arrive(version, anna)
        presence.leave(version, anna)
        assert "Common part" in page("desk", version.proposal, anna)


def test_an_approved_version_shows_nobody(version: ProposalVersion, anna: User, bert: User) -> None:
    presence.arrive(version, anna)
    makers.make_approved(version, lead=bert)
    assert "has this text open" not in page("desk", version.proposal, bert)
