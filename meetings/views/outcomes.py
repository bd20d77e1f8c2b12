"""The four outcomes of a formal meeting: recorded by the host, read by everybody invited.

An informal meeting has no such page: its address answers 404.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, back_to, command, page
from imc_portal.core.problems import Refusal
from meetings import gates, policies
from meetings.forms.outcomes import AreaForm, DecisionMatrix, NoneForm, ObjectiveForm, StepForm
from meetings.models import (
    ExplorationDecision,
    FormalMeeting,
    Meeting,
    NextStep,
    Objective,
    SelectedArea,
)
from meetings.services import outcomes as services


@page
def outcomes(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """What the meeting came to: objectives, areas, decisions to explore, next steps."""
    return _page(request, _visible(request, pk))


@page
@require_POST
def objective_add(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Record an objective."""
    meeting = _recorded(request, pk)
    form = ObjectiveForm(request.POST, instance=Objective(meeting=meeting), prefix="objective")
    return _add(
        request,
        meeting,
        form,
        "objective_form",
        lambda: services.add_objective(objective=form.instance, actor=Actor.person(request.user)),
    )


@page
@require_POST
def area_select(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Select an area that serves an objective."""
    meeting = _recorded(request, pk)
    form = AreaForm(request.POST, meeting=meeting)

    def select() -> SelectedArea:
        values = form.cleaned_data
        return services.select_area(meeting=meeting, actor=Actor.person(request.user), **values)

    return _add(request, meeting, form, "area_form", select)


@page
@require_POST
def step_add(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Record a next step."""
    meeting = _recorded(request, pk)
    form = StepForm(request.POST, meeting=meeting)
    return _add(
        request,
        meeting,
        form,
        "step_form",
        lambda: services.add_step(step=form.instance, actor=Actor.person(request.user)),
    )


@page
@require_POST
def none(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Record that there is no outcome, and why; or take that back."""
    meeting = _recorded(request, pk)
    form = NoneForm(request.POST, prefix="none")
    takes_back = "take_back" in request.POST

    def give() -> None:
        because = "" if takes_back else form.cleaned_data["because"]
        services.give_none(meeting=meeting, because=because, actor=Actor.person(request.user))

    if takes_back:
        give()
        return _back(meeting)
    return _add(request, meeting, form, "none_form", give)


@page
@require_POST
def decide(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Keep the whole matrix of decisions."""
    meeting = _recorded(request, pk)
    matrix = _matrix(meeting, request.POST)
    if not matrix.is_valid():
        return _page(request, meeting, matrix=matrix, status=422)
    revision = request.POST.get("revision", "")
    try:
        services.decide(
            meeting=meeting,
            voices=matrix.voices(),
            revision=int(revision) if revision.isdigit() else -1,
            actor=Actor.person(request.user),
        )
    except Refusal as refusal:
        return _refused(request, meeting, refusal.reasons, matrix=matrix)
    messages.success(request, _("The decisions are kept."))
    return _back(meeting)


@command
def objective_remove(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take an objective back."""
    objective = get_object_or_404(Objective.objects.filter(meeting__in=_meetings(request)), pk=pk)
    meeting = _recorded(request, objective.meeting_id)
    services.remove_objective(objective=objective, actor=Actor.person(request.user))
    return _back(meeting)


@command
def area_remove(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take a selected area out."""
    selected = get_object_or_404(SelectedArea.objects.filter(meeting__in=_meetings(request)), pk=pk)
    meeting = _recorded(request, selected.meeting_id)
    services.remove_area(selected=selected, actor=Actor.person(request.user))
    return _back(meeting)


@command
def step_remove(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take a next step back."""
    step = get_object_or_404(NextStep.objects.filter(meeting__in=_meetings(request)), pk=pk)
    meeting = _recorded(request, step.meeting_id)
    services.remove_step(step=step, actor=Actor.person(request.user))
    return _back(meeting)


@command
def close_record(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Close the record for good."""
    meeting = _recorded(request, pk)
    override = request.POST.get("override", "")
    if override:
        policies.require(request.user, "meeting.override", meeting.case)
    services.close_record(meeting=meeting, actor=Actor.person(request.user), override=override)
    messages.success(request, _("The record is closed. What was decided can now be handed over."))
    return _back(meeting)


@command
def step_done(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Mark a next step as done: by the municipality that owes it, or by the host."""
    steps = NextStep.objects.filter(meeting__in=_meetings(request))
    step = get_object_or_404(steps.select_related("meeting__case", "owner"), pk=pk)
    policies.require(request.user, "step.finish", step)
    services.finish_step(step=step, actor=Actor.person(request.user))
    messages.success(request, _("Done: %(action)s") % {"action": step.action})
    return redirect(back_to(request, step.meeting.get_absolute_url()))


def _meetings(request: PersonRequest) -> list[uuid.UUID]:
    return list(
        Meeting.objects.visible_to(request.user).filter(kind=Meeting.Kind.FORMAL).values_list("pk", flat=True)
    )


def _visible(request: PersonRequest, pk: uuid.UUID) -> FormalMeeting:
    """The formal meeting, if this person may see it; an informal one is not found here."""
    visible = Meeting.objects.visible_to(request.user).filter(kind=Meeting.Kind.FORMAL)
    meetings = FormalMeeting.objects.select_related("case__initiator", "host")
    return get_object_or_404(meetings, pk__in=visible.values("pk"), pk=pk)


def _recorded(request: PersonRequest, pk: uuid.UUID) -> FormalMeeting:
    """The formal meeting that this person may record; visible to others is a 403."""
    meeting = _visible(request, pk)
    policies.require(request.user, "meeting.run", meeting)
    return meeting


def _add(
    request: PersonRequest,
    meeting: FormalMeeting,
    form: BaseForm,
    name: str,
    act: Callable[[], object],
) -> HttpResponseBase:
    """Run the act on a valid form; otherwise the page again, with what was typed and what is wrong."""
    if form.is_valid():
        try:
            act()
        except Refusal as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
        except ValidationError as problem:
            for reason in problem.messages:
                form.add_error(None, reason)
        else:
            return _back(meeting)
    return _page(request, meeting, status=422, **{name: form})


def _back(meeting: FormalMeeting) -> HttpResponse:
    return redirect("meetings:outcomes", pk=meeting.pk)


def _refused(
    request: PersonRequest, meeting: FormalMeeting, reasons: object, **context: object
) -> HttpResponse:
    for reason in reasons:  # type: ignore[attr-defined]  # a sequence of sentences
        messages.error(request, reason)
    return _page(request, meeting, status=409, **context)


def _matrix(meeting: FormalMeeting, data: object = None) -> DecisionMatrix:
    present = meeting.invitations.filter(present=True).select_related("participant__municipality")
    selected = meeting.selected_areas.select_related("area__function", "objective")
    rows = ExplorationDecision.objects.filter(selected_area__meeting=meeting)
    return DecisionMatrix(selected, present, rows.select_related("participant__municipality"), data)


def _page(
    request: PersonRequest, meeting: FormalMeeting, *, status: int = 200, **context: object
) -> HttpResponse:
    records = policies.allows(request.user, "meeting.run", meeting) and meeting.state == Meeting.State.CALLED
    decisions = ExplorationDecision.objects.filter(selected_area__meeting=meeting)
    steps = meeting.next_steps.select_related("owner__municipality")
    shown: dict[str, object] = {
        "case": meeting.case,
        "meeting": meeting,
        "records": records,
        "objectives": list(meeting.objectives.all()),
        "selected": meeting.selected_areas.select_related("area__function", "objective"),
        "decisions": decisions.select_related("participant__municipality", "selected_area__area__function"),
        "steps": [(step, _may_finish(request, meeting, step)) for step in steps],
        "guests": meeting.invitations.select_related("participant__municipality"),
    }
    if records:
        shown |= _forms(request, meeting)
    return render(request, "meetings/outcomes.html", shown | context, status=status)


def _may_finish(request: PersonRequest, meeting: FormalMeeting, step: NextStep) -> bool:
    step.meeting = meeting
    return step.done_at is None and policies.allows(request.user, "step.finish", step)


def _forms(request: PersonRequest, meeting: FormalMeeting) -> dict[str, object]:
    return {
        "matrix": _matrix(meeting),
        "objective_form": ObjectiveForm(prefix="objective"),
        "area_form": AreaForm(meeting=meeting),
        "step_form": StepForm(meeting=meeting),
        "none_form": NoneForm(prefix="none", initial={"because": meeting.none_because}),
        "reasons": gates.outcomes(meeting),
        "may_override": policies.allows(request.user, "meeting.override", meeting.case),
    }
