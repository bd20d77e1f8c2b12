"""The life of a proposal: begun, drafted, submitted, approved, frozen; and each refusal on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import GateClosed, Refusal
from partners.models import Case, Membership, OfficeHolder, Participant
from partners.services import participants
from proposals import services
from proposals.models import Document, Proposal, ProposalVersion
from tests import makers

pytestmark = pytest.mark.django_db
LEAD = Membership.Role.LEAD


def author(version: ProposalVersion) -> Actor:
    return Actor.person(version.drafted_by)


def lead(version: ProposalVersion) -> Actor:
    return Actor.person(makers.make_member(version.proposal.case.initiator, LEAD))


# --- start --------------------------------------------------------------------


def test_start_prefills_and_gives_each_recipient_an_annex() -> None:
    case = makers.make_case()
    makers.make_area(case)
    asked = makers.make_participant(case)
    makers.make_participant(case, state=Participant.State.CONTACTED)
    Case.objects.filter(pk=case.pk).update(state=Case.State.CONTACTING)
    proposal = services.start(case=Case.objects.get(pk=case.pk), actor=Actor.person(case.opened_by))
    version = proposal.versions.get()
    assert version.number == 1
    assert "Collection has become too expensive" in version.why
    assert "Waste collection" in version.areas_text
    assert version.answer_by is not None
    assert version.answer_by > timezone.localdate()
    assert version.answer_by.weekday() < 5
    assert [annex.participant for annex in version.annexes.all()] == [asked]
    assert Case.objects.get(pk=case.pk).state == Case.State.PROPOSAL


def test_start_waits_for_somebody_open_to_talk_unless_a_lead_goes_on() -> None:
    case = makers.make_case(state=Case.State.CONTACTING)
    actor = Actor.person(case.opened_by)
    with pytest.raises(GateClosed, match="open to talk"):
        services.start(case=case, actor=actor)
    assert not Proposal.objects.exists()
    services.start(case=case, actor=actor, override="The council wants to see a draft.")
    moved = AuditEntry.objects.filter(verb="moved the case").latest("at")
    assert moved.reason == "The council wants to see a draft."


def test_start_happens_once_and_not_before_contacting(version: ProposalVersion) -> None:
    with pytest.raises(Refusal, match="already"):
        services.start(case=version.proposal.case, actor=author(version))
    fresh = makers.make_case()
    makers.make_participant(fresh)
    with pytest.raises(Refusal, match="begin contacting"):
        services.start(case=fresh, actor=Actor.person(fresh.opened_by))


# --- drafting -------------------------------------------------------------------


def test_autosave_leaves_one_entry_in_the_trail(version: ProposalVersion) -> None:
    for revision in range(3):
        services.save_common(version=version, revision=revision, actor=author(version), why=f"v{revision}")
    assert AuditEntry.objects.filter(verb="wrote the common part").count() == 1


def test_too_long_a_text_and_a_foreign_field_are_refused(version: ProposalVersion) -> None:
    annex = version.annexes.all()[0]
    with pytest.raises(Refusal, match="5000"):
        services.save_common(version=version, revision=0, actor=author(version), why="x" * 5001)
    with pytest.raises(Refusal, match="1000"):
        services.add_statement(annex=annex, kind="exit", text="x" * 1001, actor=author(version))
    with pytest.raises(ValidationError):
        services.add_statement(annex=annex, kind="bribe", text="Money.", actor=author(version))
    with pytest.raises(TypeError):
        services.save_common(version=version, revision=0, actor=author(version), state="approved")


def test_statements_are_bounded_and_leave_their_words_in_the_trail(version: ProposalVersion) -> None:
    annex = version.annexes.all()[0]
    statement = annex.statements.all()[0]
    services.remove_statement(statement=statement, actor=author(version))
    assert AuditEntry.objects.get(verb="removed a statement").before["text"] == statement.text
    for _ in range(29):
        services.add_statement(annex=annex, kind="exit", text="Leaving costs.", actor=author(version))
    with pytest.raises(Refusal, match="30"):
        services.add_statement(annex=annex, kind="exit", text="One too many.", actor=author(version))


def test_annexes_follow_the_participants(version: ProposalVersion) -> None:
    case = version.proposal.case
    stays, goes = version.annexes.all()
    late = makers.make_participant(case)
    participants.leave(
        participant=goes.participant, state="declined", reason="No time.", actor=author(version)
    )
    assert services.keep_in_step(version=version, actor=author(version))
    assert {annex.participant for annex in version.annexes.all()} == {stays.participant, late}
    lost = AuditEntry.objects.get(verb="dropped an annex").before
    assert lost["statements"] == [
        f"benefit: lower unit cost or better quality: unit_cost for {goes.participant}",
        f"cost: less direct control: control for {goes.participant}",
    ]
    assert not services.keep_in_step(version=version, actor=author(version))


# --- completeness ----------------------------------------------------------------


def empty_section(version: ProposalVersion) -> str:
    ProposalVersion.objects.filter(pk=version.pk).update(not_asked=" ")
    return "“what we do not ask” is empty"


def no_date(version: ProposalVersion) -> str:
    ProposalVersion.objects.filter(pk=version.pk).update(answer_by=None)
    return "No date is set"


def date_passed(version: ProposalVersion) -> str:
    ProposalVersion.objects.filter(pk=version.pk).update(answer_by=dt.date(2020, 1, 1))
    return "has passed"


def no_opening(version: ProposalVersion) -> str:
    version.annexes.update(opening="")
    return "no opening words"


def no_benefit(version: ProposalVersion) -> str:
    version.annexes.all()[0].statements.filter(kind="unit_cost").delete()
    return "names no benefit"


def no_cost(version: ProposalVersion) -> str:
    version.annexes.all()[1].statements.filter(kind="control").delete()
    return "names no cost or risk"


def no_contact(version: ProposalVersion) -> str:
    Participant.objects.filter(annexes__version=version).update(contact=None)
    return "No recipient is chosen"


def no_address(version: ProposalVersion) -> str:
    OfficeHolder.objects.filter(municipality__participations__annexes__version=version).update(email="")
    return "has no e-mail address"


def out_of_office(version: ProposalVersion) -> str:
    contact = version.annexes.all()[0].participant.contact
    assert contact
    contact.term_end = dt.date(2026, 4, 1)
    contact.save()
    return "no longer in office"


def late_recipient(version: ProposalVersion) -> str:
    makers.make_participant(version.proposal.case)
    return "wait for your eye"


LACKS: list[Callable[[ProposalVersion], str]] = [
    empty_section,
    no_date,
    date_passed,
    no_opening,
    no_benefit,
    no_cost,
    no_contact,
    no_address,
    out_of_office,
    late_recipient,
]


@pytest.mark.parametrize("spoil", LACKS, ids=lambda spoil: spoil.__name__)
def test_an_incomplete_draft_is_not_submitted(spoil: Callable[[ProposalVersion], str]) -> None:
    version = makers.make_draft()
    assert services.completeness(version) == []
    lacking = spoil(version)
    with pytest.raises(Refusal, match=lacking):
        services.submit(version=version, actor=author(version))
    assert ProposalVersion.objects.get(pk=version.pk).state == "draft"


def test_a_draft_for_nobody_is_not_submitted() -> None:
    case = makers.make_case(state=Case.State.CONTACTING)
    proposal = services.start(case=case, actor=Actor.person(case.opened_by), override="Because.")
    with pytest.raises(Refusal, match="Nobody would receive it"):
        services.submit(version=proposal.versions.get(), actor=Actor.person(case.opened_by))


# --- approval ----------------------------------------------------------------------


def test_approval_freezes_and_queues_a_paper_for_each_in_its_language(
    version: ProposalVersion, django_capture_on_commit_callbacks: Any
) -> None:
    first = version.annexes.all()[0].participant
    assert first.contact
    first.contact.language = "fr"
    first.contact.save()
    services.submit(version=version, actor=author(version))
    with django_capture_on_commit_callbacks() as rings:
        approved = services.approve(version=version, actor=lead(version))
    assert approved.state == "approved"
    assert not approved.single_handed
    assert approved.figures["title"] == version.proposal.case.title
    assert {doc.language for doc in Document.objects.all()} == {"en", "fr"}
    assert Document.objects.filter(state="queued").count() == len(rings) == 2


def test_who_submitted_does_not_approve(version: ProposalVersion) -> None:
    boss = lead(version)
    services.submit(version=version, actor=boss)
    with pytest.raises(Refusal, match="four eyes"):
        services.approve(version=version, actor=boss)
    assert ProposalVersion.objects.get(pk=version.pk).state == "submitted"
    assert not Document.objects.exists()


def test_the_only_writing_person_approves_alone_and_it_is_recorded() -> None:
    initiator = makers.make_municipality()
    only = makers.make_member(initiator, LEAD)
    makers.make_member(initiator, Membership.Role.READER)
    makers.make_member(initiator, LEAD, is_active=False)
    case = makers.make_case(initiator, actor=only, need=makers.make_need(initiator, only))
    version = makers.make_draft(case, actor=only)
    services.submit(version=version, actor=Actor.person(only))
    approved = services.approve(version=version, actor=Actor.person(only))
    assert approved.single_handed
    assert AuditEntry.objects.get(verb="approved the proposal").after["single_handed"]


def test_only_what_was_submitted_is_approved_or_returned(version: ProposalVersion) -> None:
    boss = lead(version)
    with pytest.raises(Refusal, match="does not wait"):
        services.approve(version=version, actor=boss)
    with pytest.raises(Refusal, match="does not wait"):
        services.return_to_draft(version=version, reason="No.", actor=boss)
    services.submit(version=version, actor=author(version))
    with pytest.raises(Refusal, match="what has to change"):
        services.return_to_draft(version=version, reason="  ", actor=boss)
    services.return_to_draft(version=version, reason="Name the cost of leaving.", actor=boss)
    fresh = ProposalVersion.objects.get(pk=version.pk)
    assert (fresh.state, fresh.returned_because) == ("draft", "Name the cost of leaving.")


def test_a_recipient_who_appears_between_submission_and_approval_is_protected(
    version: ProposalVersion,
) -> None:
    services.submit(version=version, actor=author(version))
    makers.make_participant(version.proposal.case)
    with pytest.raises(Refusal, match="has no annex yet"):
        services.approve(version=version, actor=lead(version))


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_no_service_edits_what_left_the_draft(state: str) -> None:
    version = makers.make_draft()
    actor = author(version)
    annex = version.annexes.all()[0]
    if state == "approved":
        makers.make_approved(version)
    else:
        services.submit(version=version, actor=actor)
    acts: list[Callable[[], object]] = [
        lambda: services.save_common(version=version, revision=0, actor=actor, why="Other words."),
        lambda: services.save_annex(annex=annex, revision=0, actor=actor, opening="Other words."),
        lambda: services.add_statement(annex=annex, kind="exit", text="More.", actor=actor),
        lambda: services.remove_statement(statement=annex.statements.all()[0], actor=actor),
        lambda: services.keep_in_step(version=version, actor=actor),
        lambda: services.submit(version=version, actor=actor),
    ]
    for act in acts:
        with pytest.raises(Refusal):
            act()
    assert annex.statements.count() == 2


# --- versions -----------------------------------------------------------------------


def test_a_new_version_holds_what_the_approved_one_said(version: ProposalVersion) -> None:
    with pytest.raises(Refusal, match="still open"):
        services.new_version(proposal=version.proposal, actor=author(version))
    makers.make_approved(version)
    second = services.new_version(proposal=version.proposal, actor=author(version))
    assert (second.number, second.state, second.figures) == (2, "draft", {})
    assert second.why == version.why
    assert [one.text for annex in second.annexes.all() for one in annex.statements.all()] == [
        one.text for annex in version.annexes.all() for one in annex.statements.all()
    ]
    assert services.completeness(second) == ["Nobody has said yet what changed since the last version."]
    services.save_common(version=second, revision=0, actor=author(version), what_changed="A figure.")
    assert services.completeness(ProposalVersion.objects.get(pk=second.pk)) == []


def test_only_a_failed_paper_goes_to_the_press_again() -> None:
    version = makers.make_approved()
    document = version.documents.all()[0]
    with pytest.raises(Refusal):
        services.render_again(document=document, actor=author(version))
    Document.objects.filter(pk=document.pk).update(state="failed", attempts=3)
    services.render_again(document=document, actor=author(version))
    document.refresh_from_db()
    assert (document.state, document.attempts) == ("queued", 0)
