"""Expectations, the overarching goal and who does what: the page of a case, and its forms."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.problems import Refusal
from meetings import policies, standpoints
from meetings.forms.expectations import (
    ExpectationForm,
    GoalForm,
    GoalVoiceForm,
    TaskForm,
    TellingForm,
    TopicForm,
)
from meetings.models import ExpectationTopic, GoalVoice, OverarchingGoal, Responsibility
from meetings.services import expectations as services
from meetings.services import goals
from partners.models import Case, Participant


@page
def expectations(request: PersonRequest, case: uuid.UUID) -> HttpResponse:
    """Topics and their differences, conflicts first; the goal that all share; who does what; who was told."""
    found = _case(request, case)
    shown = standpoints.build(found)
    speaks = {party for party in shown.parties if _may_speak(request, party)}
    context = {
        "case": found,
        "page": shown,
        "refused": services.why_not(found),
        "speaks": speaks,
        "own": [party for party in shown.parties if party in speaks],
        "runs": policies.allows(request.user, "expectation.record", found),
    }
    return render(request, "meetings/expectations.html", context)


@page
def topic_add(request: PersonRequest, case: uuid.UUID, participant: uuid.UUID) -> HttpResponseBase:
    """Raise a topic for one's municipality."""
    found, who = _party(request, case, participant)
    speaker(request, found, who)
    form = TopicForm(posted(request))
    actor = Actor.person(request.user)
    if done(
        request,
        form,
        lambda: services.raise_topic(participant=who, text=form.cleaned_data["text"], actor=actor),
    ):
        messages.success(request, _("The topic is on the list."))
        return redirect("meetings:expectations", case=found.pk)
    return _form(request, found, form, title=_("Raise a topic"), who=who)


@command
def topic_close(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Set a topic aside, or take it up again: its municipality, or the host."""
    visible = ExpectationTopic.objects.filter(case__in=Case.objects.visible_to(request.user))
    topic = get_object_or_404(visible.select_related("case__initiator", "raised_by__municipality"), pk=pk)
    policies.require(request.user, "answers.read", topic.case)
    speaker(request, topic.case, topic.raised_by)
    services.close_topic(
        topic=topic, actor=Actor.person(request.user), closed=request.POST.get("again") != "yes"
    )
    return redirect("meetings:expectations", case=topic.case_id)


@page
def expectation(request: PersonRequest, pk: uuid.UUID, participant: uuid.UUID) -> HttpResponseBase:
    """State where one's municipality stands on a topic, or record who stated it for another."""
    topic = get_object_or_404(
        ExpectationTopic.objects.filter(case__in=Case.objects.visible_to(request.user)), pk=pk
    )
    found, who = _party(request, topic.case_id, participant)
    name = speaker(request, found, who)
    latest = topic.expectations.filter(participant=who).first()
    form = ExpectationForm(posted(request), latest=latest, speaker=name)
    actor = Actor.person(request.user)
    if done(request, form, lambda: keep_expectation(form, topic, who, actor)):
        messages.success(request, _("Recorded. You can change it as long as the talks go on."))
        return redirect("meetings:expectations", case=found.pk)
    latest = topic.expectations.filter(participant=who).first()
    reread(form, latest.number if latest else 0)
    return _form(request, found, form, title=topic.text, who=who, latest=latest)


@page
def goal(request: PersonRequest, case: uuid.UUID) -> HttpResponseBase:
    """Propose a wording of the goal; it asks everybody anew."""
    found = _case(request, case)
    if not any(_may_speak(request, party) for party in standpoints.parties_of(found)):
        raise PermissionDenied
    form = GoalForm(posted(request), latest=_newest(found))
    actor = Actor.person(request.user)
    if done(request, form, lambda: keep_goal(form, found, actor)):
        messages.success(request, _("The wording is proposed. Each party is now asked whether it shares it."))
        return redirect("meetings:expectations", case=found.pk)
    newest = _newest(found)
    reread(form, newest.number if newest else 0)
    return _form(request, found, form, title=_("Word the overarching goal"), goal=newest)


@page
def goal_voice(request: PersonRequest, pk: uuid.UUID, participant: uuid.UUID) -> HttpResponseBase:
    """Say by name whether one's municipality shares the goal, or record who said so for another."""
    visible = OverarchingGoal.objects.filter(case__in=Case.objects.visible_to(request.user))
    wording = get_object_or_404(visible, pk=pk)
    found, who = _party(request, wording.case_id, participant)
    name = speaker(request, found, who)
    before = GoalVoice.objects.filter(goal=wording, participant=who).first()
    form = GoalVoiceForm(posted(request), latest=before, name=name)
    actor = Actor.person(request.user)
    if done(request, form, lambda: keep_voice(form, wording, who, actor)):
        messages.success(request, _("The word of %(name)s is recorded.") % {"name": who})
        return redirect("meetings:expectations", case=found.pk)
    return _form(request, found, form, title=_("Do we share this goal?"), who=who, goal=wording)


@page
def task_add(request: PersonRequest, case: uuid.UUID) -> HttpResponseBase:
    """Write down who does what in the talks."""
    found = _case(request, case)
    parties = standpoints.parties_of(found)
    if not any(_may_speak(request, party) for party in parties):
        raise PermissionDenied
    form = TaskForm(posted(request), parties=parties)
    actor = Actor.person(request.user)
    if done(request, form, lambda: services.give_task(case=found, actor=actor, **form.cleaned_data)):
        messages.success(request, _("The task is on the list."))
        return redirect("meetings:expectations", case=found.pk)
    return _form(request, found, form, title=_("Who does what"))


@command
def task_remove(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a task off the list: its municipality, or the host."""
    visible = Responsibility.objects.filter(case__in=Case.objects.visible_to(request.user))
    task = get_object_or_404(visible.select_related("case__initiator", "participant__municipality"), pk=pk)
    policies.require(request.user, "answers.read", task.case)
    speaker(request, task.case, task.participant)
    services.take_task_back(responsibility=task, actor=Actor.person(request.user))
    return redirect("meetings:expectations", case=task.case_id)


@page
def telling_add(request: PersonRequest, case: uuid.UUID, participant: uuid.UUID) -> HttpResponseBase:
    """Record that a municipality told its staff or its council."""
    found, who = _party(request, case, participant)
    speaker(request, found, who)
    form = TellingForm(posted(request))
    actor = Actor.person(request.user)
    if done(request, form, lambda: services.tell(participant=who, actor=actor, **form.cleaned_data)):
        messages.success(request, _("Recorded."))
        return redirect("meetings:expectations", case=found.pk)
    return _form(request, found, form, title=_("Staff or council told"), who=who)


# --- also used by the pages by personal link -----------------------------------------------------------


def posted(request: HttpRequest) -> Any:
    """What was sent with the form."""
    return request.POST if request.method == "POST" else None


def done(request: HttpRequest, form: forms.BaseForm, act: Callable[[], object]) -> bool:
    """Whether the form was sent and the act happened; else what is against it stands in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except Refusal as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
        return False
    return True


def reread(form: forms.BaseForm, number: int) -> None:
    """Who is shown the newest words may write over them with the next click."""
    if form.is_bound and form.non_field_errors():
        data: Any = form.data
        form.data = data = data.copy()
        data["seen"] = str(number)


def keep_expectation(
    form: ExpectationForm, topic: ExpectationTopic, who: Participant, actor: Actor
) -> object:
    """Hand what was typed to the service."""
    return services.state_expectation(
        topic=topic,
        participant=who,
        stance=form.cleaned_data["stance"],
        words=form.words(),
        stated_by=form.who,
        seen=form.number,
        actor=actor,
    )


def keep_goal(form: GoalForm, case: Case, actor: Actor) -> object:
    """Hand the wording to the service."""
    return goals.draft(case=case, text=form.cleaned_data["text"], seen=form.number, actor=actor)


def keep_voice(form: GoalVoiceForm, goal: OverarchingGoal, who: Participant, actor: Actor) -> object:
    """Hand the word on the goal to the service."""
    return goals.voice(goal=goal, participant=who, actor=actor, **form.cleaned_data)


# --- who ------------------------------------------------------------------------------------------------


def speaker(request: PersonRequest, case: Case, who: Participant) -> str:
    """The person's own name; empty for a host, who has to name the speaker; 403 for anybody else."""
    if policies.allows(request.user, "expectation.state", who):
        return str(request.user)
    if not policies.allows(request.user, "expectation.record", case):
        raise PermissionDenied
    return ""


def _may_speak(request: PersonRequest, party: Participant) -> bool:
    return policies.allows(request.user, "expectation.state", party)


def _case(request: PersonRequest, pk: uuid.UUID) -> Case:
    found = get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=pk)
    policies.require(request.user, "answers.read", found)
    return found


def _party(request: PersonRequest, case: uuid.UUID, pk: uuid.UUID) -> tuple[Case, Participant]:
    found = _case(request, case)
    parties = Participant.objects.filter(case=found).select_related("municipality", "case")
    return found, get_object_or_404(parties, pk=pk)


def _newest(case: Case) -> OverarchingGoal | None:
    return OverarchingGoal.objects.filter(case=case).first()


def _form(request: PersonRequest, case: Case, form: forms.BaseForm, **context: object) -> HttpResponse:
    known = {"case": case, "form": form, **context}
    return render(request, "meetings/expectations_form.html", known, status=form_status(request))
