"""What delegations say to minutes by account or through the host, the host's answer, and councils."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from imc_portal.core.problems import Refusal
from meetings import policies
from meetings.forms.minutes import AnswerForm, ResolutionForm, VoiceForm
from meetings.models import Minutes, MinutesVoice, Ratification
from meetings.services import minutes_voices, ratification
from meetings.views.minutes import formal_meeting
from partners.models import Participant


@page
def voice(request: PersonRequest, pk: uuid.UUID, participant: uuid.UUID) -> HttpResponseBase:
    """Agree or object for one's own delegation, or record who said so and how."""
    found = get_object_or_404(Minutes.objects.visible_to(request.user), pk=pk)
    meeting = formal_meeting(request, found.meeting_id)
    party = get_object_or_404(
        Participant.objects.filter(case=meeting.case_id).select_related("municipality", "case"),
        pk=participant,
    )
    recorded = not policies.allows(request.user, "participant.speak", party)
    if recorded and not policies.allows(request.user, "meeting.run", meeting):
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    form = VoiceForm(data, name="" if recorded else request.user.name, recorded=recorded)

    def say() -> None:
        actor = Actor.person(request.user)
        minutes_voices.say(minutes=found, participant=party, actor=actor, **form.cleaned_data)

    if tried(form, say):
        messages.success(
            request, _("What %(name)s says to the minutes is recorded.") % {"name": party.municipality}
        )
        return redirect("meetings:minutes", pk=meeting.pk)
    context = {
        "case": meeting.case,
        "meeting": meeting,
        "minutes": found,
        "participant": party,
        "form": form,
        "recorded": recorded,
    }
    return render(request, "meetings/minutes_voice.html", context, status=form_status(request))


@page
def answer(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Let an objection stand, with the reason."""
    seen = Minutes.objects.visible_to(request.user)
    found = get_object_or_404(
        MinutesVoice.objects.select_related("minutes__meeting", "participant__municipality"),
        pk=pk,
        minutes__in=seen.values("pk"),
    )
    meeting = formal_meeting(request, found.minutes.meeting_id)
    policies.require(request.user, "meeting.run", meeting)
    form = AnswerForm(request.POST if request.method == "POST" else None)

    def let_stand() -> None:
        minutes_voices.let_stand(voice=found, actor=Actor.person(request.user), **form.cleaned_data)

    if tried(form, let_stand):
        messages.success(request, _("The objection stands; it is appended with your answer."))
        return redirect("meetings:minutes", pk=meeting.pk)
    context = {"case": meeting.case, "meeting": meeting, "voice": found, "form": form}
    return render(request, "meetings/minutes_answer.html", context, status=form_status(request))


@page
def council(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Record what a council resolved: for one's own municipality, or told by it."""
    rows = Ratification.objects.select_related("participant__municipality", "participant__case", "meeting")
    found = get_object_or_404(rows, pk=pk)
    meeting = formal_meeting(request, found.meeting_id)
    found.meeting = meeting
    policies.require(request.user, "ratification.record", found)
    recorded = not policies.allows(request.user, "participant.speak", found.participant)
    form = ResolutionForm(request.POST if request.method == "POST" else None, recorded=recorded)

    def resolve() -> None:
        ratification.resolve(ratification=found, actor=Actor.person(request.user), **form.cleaned_data)

    if tried(form, resolve):
        messages.success(request, _("The resolution is recorded."))
        return redirect("meetings:minutes", pk=meeting.pk)
    context = {"case": meeting.case, "meeting": meeting, "ratification": found, "form": form}
    return render(request, "meetings/council.html", context, status=form_status(request))


def tried(form: Form, act: Callable[[], object]) -> bool:
    """Whether a valid form's act was done; what was refused stands in the form."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        act()
    except Refusal as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
        return False
    except ValidationError as problem:
        for reason in problem.messages:
            form.add_error(None, reason)
        return False
    return True
