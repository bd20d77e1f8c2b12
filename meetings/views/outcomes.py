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
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import Refusal, Stale
from meetings import policies
from meetings.forms.outcomes import AreaForm, NoneForm, ObjectiveForm, StepForm
from meetings.models import FormalMeeting, Objective, SelectedArea
from meetings.services import outcomes as services
from meetings.views.outcome_page import find, find_to_record, matrix_of, show, visible


@page
def outcomes(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """What the meeting came to: objectives, areas, decisions to explore, next steps."""
    meeting = find(request, pk)
    policies.require(request.user, "outcomes.read", meeting.case)
    return show(request, meeting)


@page
@require_POST
def objective_add(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Record an objective."""
    meeting = find_to_record(request, pk)
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
    meeting = find_to_record(request, pk)
    form = AreaForm(request.POST, meeting=meeting)

    def select() -> SelectedArea:
        values = form.cleaned_data
        return services.select_area(meeting=meeting, actor=Actor.person(request.user), **values)

    return _add(request, meeting, form, "area_form", select)


@page
@require_POST
def step_add(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Record a next step."""
    meeting = find_to_record(request, pk)
    form = StepForm(request.POST, meeting=meeting)
    actor = Actor.person(request.user)
    return _add(
        request,
        meeting,
        form,
        "step_form",
        lambda: services.add_step(step=form.instance, after=form.after(), actor=actor),
    )


@page
@require_POST
def none(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Record that there is no outcome, and why; or take that back."""
    meeting = find_to_record(request, pk)
    form = NoneForm(request.POST, prefix="none")
    takes_back = "take_back" in request.POST

    def give() -> None:
        because = "" if takes_back else form.cleaned_data["because"]
        services.give_none(meeting=meeting, because=because, actor=Actor.person(request.user))

    if takes_back:
        form = NoneForm({"none-because": "-"}, prefix="none")
    return _add(request, meeting, form, "none_form", give)


@page
@require_POST
def decide(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Keep the matrix of decisions; what somebody else saved in between stays."""
    meeting = find_to_record(request, pk)
    matrix = matrix_of(meeting, request.POST)
    if not matrix.is_valid():
        return show(request, meeting, matrix=matrix, status=422)
    revision = request.POST.get("revision", "")
    try:
        services.decide(
            meeting=meeting,
            voices=matrix.voices(),
            revision=int(revision) if revision.isdecimal() and len(revision) < MOST_DIGITS else -1,
            actor=Actor.person(request.user),
        )
    except Refusal as refusal:
        if isinstance(refusal, Stale):
            matrix.compare()
        for reason in refusal.reasons:
            messages.error(request, reason)
        return show(request, meeting, matrix=matrix, status=409)
    messages.success(request, _("The decisions are kept."))
    if lost := matrix.lost():
        messages.warning(request, lost)
    return back(request, meeting, "decisions")


@command
def objective_remove(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take an objective back."""
    objective = get_object_or_404(Objective.objects.filter(meeting__in=visible(request)), pk=pk)
    meeting = find_to_record(request, objective.meeting_id)
    services.remove_objective(objective=objective, actor=Actor.person(request.user))
    return back(request, meeting, "objectives")


@command
def area_remove(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take a selected area out."""
    selected = get_object_or_404(SelectedArea.objects.filter(meeting__in=visible(request)), pk=pk)
    meeting = find_to_record(request, selected.meeting_id)
    services.remove_area(selected=selected, actor=Actor.person(request.user))
    return back(request, meeting, "areas")


@command
def close_record(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Close the record for good."""
    meeting = find_to_record(request, pk)
    override = request.POST.get("override", "")
    if override:
        policies.require(request.user, "meeting.override", meeting.case)
    services.close_record(meeting=meeting, actor=Actor.person(request.user), override=override)
    messages.success(request, _("The record is closed. What was decided can now be handed over."))
    return redirect("meetings:outcomes", pk=meeting.pk)


def back(request: PersonRequest, meeting: FormalMeeting, anchor: str) -> HttpResponse:
    """Where the form stood: beside the live record, or on the page of the outcomes."""
    name = "live" if request.GET.get("back") == "live" else "outcomes"
    return redirect(f"{reverse(f'meetings:{name}', args=[meeting.pk])}#{anchor}")


#: Where the page goes on after a form.
ANCHORS = {"objective_form": "objectives", "area_form": "areas", "step_form": "steps", "none_form": "close"}
MOST_DIGITS = 10


def _add(
    request: PersonRequest,
    meeting: FormalMeeting,
    form: BaseForm,
    name: str,
    act: Callable[[], object],
) -> HttpResponseBase:
    """Run the act on a valid form; otherwise the page again, with what was typed and what is wrong."""
    if form.is_valid() and acted(form, act):
        return back(request, meeting, ANCHORS[name])
    return show(request, meeting, status=422, **{name: form})


def acted(form: BaseForm, act: Callable[[], object]) -> bool:
    """Whether the act was done; what refused it stands on the form."""
    try:
        act()
    except Refusal as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
    except ValidationError as problem:
        for reason in problem.messages:
            form.add_error(None, reason)
    else:
        return True
    return False
