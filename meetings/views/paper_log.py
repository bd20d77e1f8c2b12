"""Papers that came by post or by hand, and papers that go out once more."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from imc_portal.core.problems import Refusal
from meetings import leadtime, policies, troubles
from meetings.forms.paper_log import PaperLogForm, ReasonForm
from meetings.services import anew, paper_log
from meetings.views.delivery import visible_dispatch
from meetings.views.planning import visible_meeting


@page
def hand(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """It came by post or by hand: when, who received it."""
    dispatch = visible_dispatch(request, pk)
    policies.require(request.user, "meeting.run", dispatch.invitation.meeting)
    meeting = visible_meeting(request, dispatch.invitation.meeting_id)
    today = leadtime.Where.of(dispatch.invitation.participant.municipality).day(timezone.now())
    form = PaperLogForm(
        request.POST if request.method == "POST" else None,
        instance=dispatch.handed,
        first=paper_log.earliest(dispatch),
        last=today,
    )
    if form.is_bound and form.is_valid():
        try:
            paper_log.note(dispatch=dispatch, handed=form.handed, actor=Actor.person(request.user))
        except Refusal as refusal:
            form.add_error(None, " ".join(refusal.reasons))
        else:
            messages.success(request, _("Noted. The paper counts as arrived on this day."))
            return redirect("meetings:delivery", pk=meeting.pk)
    context = {"case": meeting.case, "meeting": meeting, "dispatch": dispatch, "form": form}
    return render(request, "meetings/paper_log.html", context, status=form_status(request))


@page
def send_to(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Papers go to the recipient chosen now: they reached a former one, or their letter ended badly."""
    dispatch = visible_dispatch(request, pk)
    policies.require(request.user, "meeting.run", dispatch.invitation.meeting)
    meeting = visible_meeting(request, dispatch.invitation.meeting_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    elsewhere, closed = troubles.gone_to_another(dispatch), troubles.link_is_closed(dispatch)
    if form.is_bound and form.is_valid():
        actor, reason = Actor.person(request.user), form.cleaned_data["reason"]
        send = anew.send_to_new_recipient if elsewhere or closed else anew.write_again
        try:
            send(dispatch=dispatch, actor=actor, reason=reason, now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, " ".join(refusal.reasons))
        else:
            messages.success(request, _("The papers go out. The earlier message stays on record."))
            return redirect("meetings:delivery", pk=meeting.pk)
    context = {
        "case": meeting.case,
        "meeting": meeting,
        "dispatch": dispatch,
        "form": form,
        "elsewhere": elsewhere,
        "closed": closed,
    }
    return render(request, "meetings/send_to.html", context, status=form_status(request))
