"""What the page of the four outcomes shows; the live record shows the same beside the sheet."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from imc_portal.core.http import PersonRequest
from imc_portal.core.models import User
from meetings import findings, policies
from meetings.forms.outcomes import AreaForm, DecisionMatrix, NoneForm, ObjectiveForm, StepForm
from meetings.models import ExplorationDecision, FormalMeeting, Meeting, NextStep
from meetings.services import outcomes


def visible(request: PersonRequest) -> list[uuid.UUID]:
    """Formal meetings that this person may see."""
    seen = Meeting.objects.visible_to(request.user).filter(kind=Meeting.Kind.FORMAL)
    return list(seen.values_list("pk", flat=True))


def find(request: PersonRequest, pk: uuid.UUID) -> FormalMeeting:
    """The formal meeting, if this person may see it; an informal one is not found here."""
    seen = Meeting.objects.visible_to(request.user).filter(kind=Meeting.Kind.FORMAL)
    meetings = FormalMeeting.objects.select_related("case__initiator", "host")
    return get_object_or_404(meetings, pk__in=seen.values("pk"), pk=pk)


def find_to_record(request: PersonRequest, pk: uuid.UUID) -> FormalMeeting:
    """The formal meeting that this person may record; visible to others is a 403."""
    meeting = find(request, pk)
    policies.require(request.user, "meeting.run", meeting)
    return meeting


def show(
    request: PersonRequest, meeting: FormalMeeting, *, status: int = 200, **context: object
) -> HttpResponse:
    """The page of the four outcomes."""
    back = "?back=live" if request.GET.get("back") == "live" else ""
    more = {"back": back, **context}
    return render(request, "meetings/outcomes.html", shown(request.user, meeting) | more, status=status)


def shown(user: User, meeting: FormalMeeting) -> dict[str, object]:
    """What the page shows, and for who records it the forms."""
    records = policies.allows(user, "meeting.run", meeting) and meeting.state == Meeting.State.CALLED
    decisions = ExplorationDecision.objects.filter(selected_area__meeting=meeting)
    steps = meeting.next_steps.select_related("owner__municipality").prefetch_related("depends_on")
    found: dict[str, object] = {
        "case": meeting.case,
        "meeting": meeting,
        "records": records,
        "objectives": list(meeting.objectives.all()),
        "selected": meeting.selected_areas.select_related("area__function", "objective").prefetch_related(
            "also_serves"
        ),
        "decisions": decisions.select_related("participant__municipality", "selected_area__area__function"),
        "steps": [(step, _may_finish(user, meeting, step)) for step in steps],
    }
    return found | (_forms(user, meeting) if records else {})


def matrix_of(meeting: FormalMeeting, data: object = None) -> DecisionMatrix:
    """Selected areas down, municipalities present across."""
    present = meeting.invitations.filter(present=True).select_related("participant__municipality")
    selected = meeting.selected_areas.select_related("area__function", "objective")
    rows = ExplorationDecision.objects.filter(selected_area__meeting=meeting)
    return DecisionMatrix(selected, present, rows.select_related("participant__municipality"), data)


def _may_finish(user: User, meeting: FormalMeeting, step: NextStep) -> bool:
    step.meeting = meeting
    return step.done_at is None and policies.allows(user, "step.finish", step)


def _forms(user: User, meeting: FormalMeeting) -> dict[str, object]:
    return {
        "matrix": matrix_of(meeting),
        "objective_form": ObjectiveForm(prefix="objective"),
        "area_form": AreaForm(meeting=meeting),
        "step_form": StepForm(meeting=meeting),
        "none_form": NoneForm(prefix="none", initial={"because": meeting.none_because}),
        "proposed": _proposed(meeting),
        "firm": outcomes.firm_reasons(meeting),
        "reasons": outcomes.soft_reasons(meeting, timezone.now()),
        "may_override": policies.allows(user, "meeting.override", meeting.case),
    }


def _proposed(meeting: FormalMeeting) -> list[str]:
    """What the answers suggest to ask, once, and not what is a next step already."""
    taken = set(meeting.next_steps.values_list("action", flat=True))
    texts = dict.fromkeys(one.text for one in findings.proposed_steps(meeting.case))
    return [text for text in texts if text[:300] not in taken]
