"""Expectations, the goal and who does what, by personal link."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from imc_portal.core.audit import Actor
from imc_portal.core.http import form_status
from meetings import standpoints
from meetings.forms.expectations import ExpectationForm, GoalForm, GoalVoiceForm, TellingForm, TopicForm
from meetings.models import GoalVoice, OverarchingGoal
from meetings.services import expectations as services
from meetings.views.expectations import done, keep_expectation, keep_goal, keep_voice, posted, reread
from meetings.views.holder import HolderRequest, holder_page

either = require_http_methods(["GET", "POST"])


@require_GET
@holder_page
def expectations(request: HolderRequest) -> HttpResponse:
    """What each party expects, where they differ, and the goal."""
    who = request.participant
    context = {
        "page": standpoints.build(who.case),
        "refused": _refused(request),
        "case": who.case,
        "speaks": {who},
        "own": [who],
    }
    return render(request, "personal/expectations.html", _known(request) | context)


@either
@holder_page
def topic_add(request: HolderRequest) -> HttpResponseBase:
    """Raise a topic."""
    form, actor = TopicForm(posted(request)), Actor.holder(request.link)
    if done(
        request,
        form,
        lambda: services.raise_topic(
            participant=request.participant, text=form.cleaned_data["text"], actor=actor
        ),
    ):
        return _back(request, _("The topic is on the list."))
    return _form(request, form, title=_("Raise a topic"))


@either
@holder_page
def expectation(request: HolderRequest, topic: uuid.UUID) -> HttpResponseBase:
    """Say where the municipality stands on a topic."""
    who = request.participant
    found = get_object_or_404(who.case.topics, pk=topic)
    latest = found.expectations.filter(participant=who).first()
    form = ExpectationForm(posted(request), latest=latest, speaker=request.link.holder)
    if done(request, form, lambda: keep_expectation(form, found, who, Actor.holder(request.link))):
        return _back(request, _("Recorded. You can change it as long as the talks go on."))
    latest = found.expectations.filter(participant=who).first()
    reread(form, latest.number if latest else 0)
    return _form(request, form, title=found.text, latest=latest)


@either
@holder_page
def goal(request: HolderRequest) -> HttpResponseBase:
    """Propose a wording of the goal."""
    case = request.participant.case
    form = GoalForm(posted(request), latest=_newest(request))
    if done(request, form, lambda: keep_goal(form, case, Actor.holder(request.link))):
        said = _("The wording is proposed. Each party is now asked whether it shares it.")
        return _back(request, said)
    newest = _newest(request)
    reread(form, newest.number if newest else 0)
    return _form(request, form, title=_("Word the overarching goal"), goal=newest)


@either
@holder_page
def goal_voice(request: HolderRequest) -> HttpResponseBase:
    """Say by name whether the municipality shares the goal as it is worded now."""
    newest = _newest(request)
    wording = _wording(request) or newest
    if wording is None:
        return redirect("personal:expectations", token=request.token)
    before = GoalVoice.objects.filter(goal=wording, participant=request.participant).first()
    form = GoalVoiceForm(posted(request), latest=before, name=request.link.holder)
    actor = Actor.holder(request.link)
    if done(request, form, lambda: keep_voice(form, wording, request.participant, actor)):
        return _back(request, _("Thank you. Your word is recorded."))
    return _form(request, form, title=_("Do we share this goal?"), goal=newest, asks=True)


@either
@holder_page
def telling_add(request: HolderRequest) -> HttpResponseBase:
    """Record that the municipality told its staff or its council."""
    form, actor = TellingForm(posted(request)), Actor.holder(request.link)
    who = request.participant
    if done(request, form, lambda: services.tell(participant=who, actor=actor, **form.cleaned_data)):
        return _back(request, _("Recorded."))
    return _form(request, form, title=_("Staff or council told"))


def _wording(request: HolderRequest) -> OverarchingGoal | None:
    """The wording that the writer had before them."""
    try:
        key = uuid.UUID(request.POST.get("goal", ""))
    except ValueError:
        return None
    return OverarchingGoal.objects.filter(case=request.participant.case_id, pk=key).first()


def _newest(request: HolderRequest) -> OverarchingGoal | None:
    return OverarchingGoal.objects.filter(case=request.participant.case_id).first()


def _refused(request: HolderRequest) -> str:
    return services.why_not(request.participant.case)


def _known(request: HolderRequest) -> dict[str, object]:
    return {"participant": request.participant, "me": request.participant, "token": request.token}


def _back(request: HolderRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("personal:expectations", token=request.token)


def _form(request: HolderRequest, form: forms.BaseForm, **context: object) -> HttpResponse:
    known = _known(request) | {"form": form, "refused": _refused(request), **context}
    return render(request, "personal/expectations_form.html", known, status=form_status(request))
