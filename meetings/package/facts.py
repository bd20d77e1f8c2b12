"""All facts of a case as plain values, ready for JSON: read once, in the order of the chain.

Of municipalities that were never contacted nothing leaves the house, and of answers only what the one who
makes the package may see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from imc_portal.core.models import OutgoingEmail, User
from meetings.models import (
    Answer,
    Attitude,
    Dispatch,
    ExplorationDecision,
    FormalMeeting,
    InformalMeeting,
    Invitation,
    Meeting,
    NextStep,
    Objective,
    SelectedArea,
)
from partners.models import AuthorityStance, CandidateArea, Case, Need, Participant
from proposals.documents import press
from proposals.models import Document

FORMAT = "imc-portal/hand-over/1"
#: Whoever knows of the case, also those who said no; never those set aside unasked.
TOLD = (
    Participant.State.INITIATOR,
    *Participant.IN_TOUCH,
    Participant.State.NO_RESPONSE,
    Participant.State.DECLINED,
    Participant.State.WITHDRAWN,
)

Facts = dict[str, Any]


def gather(case: Case, user: User, now: dt.datetime) -> Facts:
    """The case from need to next step, in a fixed number of queries."""
    held = FormalMeeting.objects.filter(case=case, state=Meeting.State.HELD).order_by("held_at")
    formal = list(held.select_related("host"))
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "case": _case(case),
        "needs": [_need(need) for need in _needs(case)],
        "areas": [_area(area) for area in _areas(case)],
        "participants": [_participant(one) for one in _participants(case)],
        "answers": [_answer(one) for one in _answers(case, user)],
        "attitudes": [_attitude(one) for one in _attitudes(case)],
        "informal_meetings": [_informal(one) for one in _informal_meetings(case)],
        "formal_meetings": [_meeting(one) | {"none_because": one.none_because} for one in formal],
        "objectives": [_objective(one) for one in Objective.objects.filter(meeting__in=formal)],
        "selected_areas": [_selected(one) for one in _selections(formal)],
        "decisions": [_decision(one) for one in _decisions(formal)],
        "next_steps": [_step(one) for one in _steps(formal)],
        "documents": [_document(one) for one in sent_documents(case)],
    }


def sent_documents(case: Case) -> list[Document]:
    """The proposals that really went out to a recipient."""
    sent = Dispatch.objects.filter(
        invitation__meeting__case=case, email__state=OutgoingEmail.State.SENT, document__isnull=False
    )
    documents = Document.objects.filter(pk__in=sent.values("document"))
    return list(documents.select_related("participant__municipality", "version__proposal__case"))


def path_in_package(document: Document) -> str:
    """Where a sent proposal lies in the ZIP."""
    return f"proposals/{press.file_name(document)}"


def _case(case: Case) -> Facts:
    return {
        "id": str(case.pk),
        "title": case.title,
        "initiator": case.initiator.name,
        "trigger": case.get_trigger_display(),
        "opened_at": case.opened_at.isoformat(),
    }


def _needs(case: Case) -> Iterable[Need]:
    return case.needs.select_related("municipality", "function", "baseline")


def _need(need: Need) -> Facts:
    baseline = getattr(need, "baseline", None)
    return {
        "municipality": need.municipality.name,
        "function": need.function_id,
        "kind": need.get_kind_display(),
        "severity": need.severity,
        "causes": list(need.causes),
        "statement": need.statement,
        "evidence": need.evidence,
        "baseline": {
            "annual_cost": str(baseline.annual_cost),
            "volume": str(baseline.volume) if baseline.volume is not None else None,
            "volume_unit": baseline.volume_unit,
            "staff_fte": str(baseline.staff_fte) if baseline.staff_fte is not None else None,
            "quality": baseline.quality,
            "year": baseline.year,
            "source": baseline.source,
            "confidence": baseline.confidence,
        }
        if baseline
        else None,
    }


def _areas(case: Case) -> Iterable[CandidateArea]:
    return case.areas.select_related("function").prefetch_related("stances__body")


def _area(area: CandidateArea) -> Facts:
    return {
        "id": str(area.pk),
        "name": str(area),
        "function": area.function_id,
        "function_name": str(area.function),
        "cofog": area.function.cofog,
        "mode": area.mode,
        "mode_name": area.get_mode_display(),
        "state": area.state,
        "reason": area.reason,
        "screening": {
            "rationale": area.rationale,
            "need": area.need_grade,
            "savings": area.savings,
            "feasibility": area.feasibility,
            "total": area.screening,
        },
        "stances": [_stance(stance) for stance in area.stances.all()],
    }


def _stance(stance: AuthorityStance) -> Facts:
    return {
        "authority": stance.body.name,
        "stance": stance.stance,
        "stance_name": stance.get_stance_display(),
        "said_by": stance.said_by,
        "said_on": stance.said_on.isoformat(),
        "how": stance.how,
    }


def _participants(case: Case) -> Iterable[Participant]:
    return case.participants.filter(state__in=TOLD).select_related("municipality", "contact")


def _participant(one: Participant) -> Facts:
    contact = one.contact
    return {
        "id": str(one.pk),
        "name": one.municipality.name,
        "country": one.municipality.country,
        "code": one.municipality.code,
        "inhabitants": one.municipality.population,
        "initiator": one.is_initiator,
        "takes_part": one.state in Participant.ACTIVE,
        "state": one.state,
        "state_name": one.get_state_display(),
        "reason": one.reason,
        "contact": {
            "name": contact.name,
            "office": contact.get_office_display(),
            "email": contact.email,
        }
        if contact
        else None,
    }


def _answers(case: Case, user: User) -> Iterable[Answer]:
    visible = Answer.objects.visible_to(user).filter(round__case=case, participant__state__in=TOLD)
    return visible.select_related("participant__municipality")


def _answer(one: Answer) -> Facts:
    return {
        "participant": str(one.participant_id),
        "municipality": one.participant.municipality.name,
        "area": str(one.area_id),
        "question": one.question,
        "question_text": one.get_question_display(),
        "state": one.state,
        "choice": one.choice,
        "choice_name": one.choice_label,
        "causes": list(one.causes),
        "cause_names": one.cause_labels,
        "text": one.text,
        "owner": one.owner,
        "due": one.due.isoformat() if one.due else None,
        "answered_by": one.answered_by,
        "answered_at": one.answered_at.isoformat() if one.answered_at else None,
    }


def _attitudes(case: Case) -> Iterable[Attitude]:
    rows = Attitude.objects.filter(participant__case=case).order_by("stated_at")
    return rows.select_related("participant__municipality").prefetch_related("areas")


def _attitude(one: Attitude) -> Facts:
    return {
        "participant": str(one.participant_id),
        "municipality": one.participant.municipality.name,
        "value": one.value,
        "value_name": one.get_value_display(),
        "conditions": one.conditions,
        "areas": [str(area.pk) for area in one.areas.all()],
        "stated_by": one.stated_by,
        "stated_at": one.stated_at.isoformat(),
    }


def _informal_meetings(case: Case) -> Iterable[InformalMeeting]:
    return InformalMeeting.objects.filter(case=case, state=Meeting.State.HELD).select_related("host")


def _informal(meeting: InformalMeeting) -> Facts:
    return _meeting(meeting) | {"notes": meeting.notes}


def _meeting(meeting: Meeting) -> Facts:
    rows = meeting.invitations.select_related("participant__municipality")
    return {
        "id": str(meeting.pk),
        "starts_at": meeting.local_start.isoformat(),
        "time_zone": meeting.time_zone,
        "place": meeting.place or meeting.online_url,
        "host": meeting.host.name,
        "attendance": [_guest(row) for row in rows],
    }


def _guest(row: Invitation) -> Facts:
    return {
        "participant": str(row.participant_id),
        "municipality": row.participant.municipality.name,
        "present": row.present,
        "name": row.delegate_name,
        "office": row.get_delegate_office_display() if row.delegate_office else "",
        "mandate": row.mandate,
        "mandate_name": row.get_mandate_display(),
    }


def _objective(one: Objective) -> Facts:
    return {
        "id": str(one.pk),
        "text": one.text,
        "indicator": one.indicator,
        "baseline": one.baseline,
        "target": one.target,
        "horizon": one.horizon,
    }


def _selections(formal: list[FormalMeeting]) -> Iterable[SelectedArea]:
    return SelectedArea.objects.filter(meeting__in=formal)


def _selected(one: SelectedArea) -> Facts:
    return {"id": str(one.pk), "area": str(one.area_id), "objective": str(one.objective_id), "why": one.why}


def _decisions(formal: list[FormalMeeting]) -> Iterable[ExplorationDecision]:
    rows = ExplorationDecision.objects.filter(selected_area__meeting__in=formal)
    return rows.select_related("participant__municipality", "selected_area")


def _decision(one: ExplorationDecision) -> Facts:
    return {
        "area": str(one.selected_area.area_id),
        "participant": str(one.participant_id),
        "municipality": one.participant.municipality.name,
        "explore_feasibility": one.vote,
        "vote_name": one.get_vote_display(),
        "condition": one.condition,
        "dissent": one.dissent,
        "mandate": one.mandate,
        "mandate_name": one.get_mandate_display(),
    }


def _steps(formal: list[FormalMeeting]) -> Iterable[NextStep]:
    return NextStep.objects.filter(meeting__in=formal).select_related("owner__municipality")


def _step(one: NextStep) -> Facts:
    return {
        "action": one.action,
        "who": one.owner_name,
        "municipality": one.owner.municipality.name,
        "due": one.due.isoformat(),
        "done_at": one.done_at.isoformat() if one.done_at else None,
    }


def _document(one: Document) -> Facts:
    return {
        "file": path_in_package(one),
        "recipient": one.participant.municipality.name,
        "version": one.version.number,
        "language": one.language,
        "sha256": one.sha256,
        "size": one.size,
    }
