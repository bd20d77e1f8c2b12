"""The post room of a meeting: who has the papers, what is wrong, what leaves; replies by account."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, page
from imc_portal.core.problems import Refusal
from meetings import policies, postroom
from meetings.forms.planning import ReplyForm, WaiverForm
from meetings.models import Dispatch, Invitation, Meeting
from meetings.post import progress
from meetings.services import replies
from meetings.views.planning import OPEN_STATES, visible_meeting


@page
def delivery(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """One line per recipient, trouble on top."""
    meeting = visible_meeting(request, pk)
    policies.require(request.user, "meeting.inside", meeting)
    lines = postroom.lines(meeting)
    context = {
        "case": meeting.case,
        "meeting": meeting,
        "lines": lines,
        "sent": sum(1 for line in lines if line.dispatch and line.dispatch.arrived_at),
        # Until all have left, the page looks again by itself.
        "live": meeting.state in OPEN_STATES and any(line.is_on_its_way for line in lines),
        "troubled": sum(1 for line in lines if line.trouble and not line.left),
        "late": sum(1 for line in lines if line.late and not line.left),
        "first_due": min((line.due_day for line in lines if not line.left), default=None),
        "progress": progress.of(meeting, lines),
        "version": None if meeting.is_formal else postroom.newest_version(meeting.case),
        "may_run": policies.allows(request.user, "meeting.run", meeting),
    }
    return render(request, "meetings/delivery.html", context)


@page
def letter(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The message that carries a paper; why there is none, as long as there is none."""
    dispatch = visible_dispatch(request, pk)
    policies.require(request.user, "meeting.inside", dispatch.invitation.meeting)
    if dispatch.email:
        return redirect("meetings:message", pk=dispatch.email.pk)
    meeting = visible_meeting(request, dispatch.invitation.meeting_id)
    context = {"case": meeting.case, "meeting": meeting, "dispatch": dispatch}
    return render(request, "meetings/letter.html", context)


@page
def waive(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The host records that a recipient accepts a late paper: who said so, and how."""
    dispatch = visible_dispatch(request, pk)
    policies.require(request.user, "meeting.run", dispatch.invitation.meeting)
    meeting = visible_meeting(request, dispatch.invitation.meeting_id)
    form = WaiverForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            replies.waive(dispatch=dispatch, actor=Actor.person(request.user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, " ".join(refusal.reasons))
        else:
            messages.success(request, _("The waiver is recorded."))
            return redirect("meetings:delivery", pk=meeting.pk)
    context = {
        "case": meeting.case,
        "meeting": meeting,
        "dispatch": dispatch,
        "due_day": _due_day(dispatch),
        "form": form,
    }
    return render(request, "meetings/waive.html", context, status=422 if form.is_bound else 200)


@page
def reply(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Reply to an invitation for a municipality one speaks for."""
    invitation = get_object_or_404(
        Invitation.objects.filter(meeting__in=Meeting.objects.visible_to(request.user)).select_related(
            "participant__municipality", "participant__contact", "meeting"
        ),
        pk=pk,
    )
    policies.require(request.user, "invitation.reply", invitation)
    chosen = str(request.POST.get("reply") or request.GET.get("reply", ""))
    if chosen not in [value for value, _label in Invitation.Reply.choices[1:]]:
        return redirect(invitation.meeting)
    form = ReplyForm(request.POST if request.method == "POST" else None, invitation=invitation, reply=chosen)
    if form.is_bound and form.is_valid() and _recorded(request, form, invitation):
        return redirect(invitation.meeting)
    meeting = visible_meeting(request, invitation.meeting_id)
    context = {
        "case": meeting.case,
        "meeting": meeting,
        "invitation": invitation,
        "form": form,
        "chosen": chosen,
        "action": reverse("meetings:reply", kwargs={"pk": invitation.pk}),
    }
    return render(request, "meetings/reply.html", context, status=422 if form.is_bound else 200)


def _recorded(request: PersonRequest, form: ReplyForm, invitation: Invitation) -> bool:
    try:
        replies.reply(invitation=invitation, answer=form.answer, actor=Actor.person(request.user))
    except Refusal as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
        return False
    messages.success(request, _("Your reply is recorded. You can change it until the meeting begins."))
    return True


def _due_day(dispatch: Dispatch) -> dt.date:
    zone = zoneinfo.ZoneInfo(dispatch.invitation.participant.municipality.time_zone)
    return dispatch.due_at.astimezone(zone).date()


def visible_dispatch(request: PersonRequest, pk: uuid.UUID) -> Dispatch:
    """A paper's way, or 404."""
    papers = Dispatch.objects.filter(
        invitation__meeting__in=Meeting.objects.visible_to(request.user)
    ).select_related(
        *("email", "by_hand", "document__version", "invitation__meeting__case"),
        *("invitation__participant__municipality", "invitation__participant__contact"),
    )
    return get_object_or_404(papers, pk=pk)
