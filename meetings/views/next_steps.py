"""Objectives, areas and next steps once more: change what is recorded, take over what the answers suggest."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, back_to, command, page
from imc_portal.core.problems import Refusal
from meetings import findings, policies
from meetings.forms.outcomes import AreaForm, ObjectiveForm, StepForm
from meetings.models import FormalMeeting, NextStep, Objective, SelectedArea
from meetings.services import outcomes as services
from meetings.services import steps
from meetings.views.outcome_page import find_to_record, visible
from meetings.views.outcomes import acted, back

#: A step taken over with one click is due so long after the meeting, until somebody says otherwise.
IN_FOUR_WEEKS = dt.timedelta(days=28)


@page
def objective_edit(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Put an objective in other words."""
    objective = get_object_or_404(Objective.objects.filter(meeting__in=visible(request)), pk=pk)
    meeting = find_to_record(request, objective.meeting_id)
    form = ObjectiveForm(request.POST or None, instance=objective, prefix="objective")
    actor = Actor.person(request.user)
    return _change(
        request,
        meeting,
        form,
        "objectives",
        lambda: services.change_objective(objective=form.instance, actor=actor),
    )


@page
def area_edit(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Say anew which objectives an area serves."""
    rows = SelectedArea.objects.filter(meeting__in=visible(request)).select_related("area__function")
    selected = get_object_or_404(rows, pk=pk)
    meeting = find_to_record(request, selected.meeting_id)
    form = AreaForm(request.POST or None, meeting=meeting, selected=selected)
    actor = Actor.person(request.user)
    return _change(
        request,
        meeting,
        form,
        "areas",
        lambda: services.change_area(selected=selected, actor=actor, **form.cleaned_data),
    )


@page
def step_edit(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Change a next step."""
    step = get_object_or_404(NextStep.objects.filter(meeting__in=visible(request)), pk=pk)
    meeting = find_to_record(request, step.meeting_id)
    form = StepForm(request.POST or None, meeting=meeting, step=step)
    actor = Actor.person(request.user)
    return _change(
        request,
        meeting,
        form,
        "steps",
        lambda: services.change_step(step=form.instance, after=form.after(), actor=actor),
    )


@command
def step_remove(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take a next step back."""
    step = get_object_or_404(NextStep.objects.filter(meeting__in=visible(request)), pk=pk)
    meeting = find_to_record(request, step.meeting_id)
    services.remove_step(step=step, actor=Actor.person(request.user))
    return back(request, meeting, "steps")


@command
def step_take_over(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take over a next step that the answers suggest; it is the initiator's until somebody says otherwise."""
    meeting = find_to_record(request, pk)
    wanted = request.POST.get("text", "")
    text = next((one.text for one in findings.proposed_steps(meeting.case) if one.text == wanted), None)
    if text is None:
        raise Refusal(_("The answers no longer suggest this step."))
    step = NextStep(
        meeting=meeting,
        action=text[:300],
        owner=meeting.case.participants.get(municipality=meeting.case.initiator_id),
        owner_name=(meeting.secretary or str(request.user))[:150],
        due=meeting.local_start.date() + IN_FOUR_WEEKS,
    )
    if not meeting.next_steps.filter(action=step.action).exists():
        services.add_step(step=step, actor=Actor.person(request.user))
    messages.success(request, _("Taken over. Say who does it, and by when, if it is somebody else."))
    return back(request, meeting, "steps")


@command
def step_done(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Mark a next step as done: by the municipality that owes it, or by the host."""
    rows = NextStep.objects.filter(meeting__in=visible(request))
    step = get_object_or_404(rows.select_related("meeting__case", "owner"), pk=pk)
    policies.require(request.user, "step.finish", step)
    steps.finish(step=step, actor=Actor.person(request.user))
    messages.success(request, _("Done: %(action)s") % {"action": step.action})
    return redirect(back_to(request, step.meeting.get_absolute_url()))


def _change(
    request: PersonRequest, meeting: FormalMeeting, form: BaseForm, anchor: str, act: Callable[[], object]
) -> HttpResponse:
    """The form of one outcome; back to where it stood once it is kept."""
    if request.method == "POST" and form.is_valid() and acted(form, act):
        return back(request, meeting, anchor)
    context = {
        "case": meeting.case,
        "meeting": meeting,
        "form": form,
        "anchor": anchor,
        "back": request.GET.get("back") == "live",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "meetings/outcomes_edit.html", context, status=status)
