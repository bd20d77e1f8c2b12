"""Observers and facilitators at a meeting say who comes."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from imc_portal.core.problems import Refusal
from meetings import policies
from meetings.forms.delegations import GuestForm
from meetings.models import Meeting, MeetingGuest
from meetings.services import delegations
from meetings.views.planning import visible_meeting


@page
def guest(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Who comes for the own body."""
    seen = Meeting.objects.visible_to(request.user)
    found = get_object_or_404(MeetingGuest.objects.select_related("body"), pk=pk, meeting__in=seen)
    policies.require(request.user, "guest.name", found)
    posted = request.POST if request.method == "POST" else None
    form = GuestForm(posted, initial={"name": found.name})
    if form.is_bound and form.is_valid():
        try:
            delegations.name_guest(
                guest=found, name=form.cleaned_data["name"], actor=Actor.person(request.user)
            )
        except Refusal as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("Recorded. You can change it until the meeting begins."))
            return redirect("meetings:meeting", pk=found.meeting_id)
    meeting = visible_meeting(request, found.meeting_id)
    context = {"case": meeting.case, "meeting": meeting, "guest": found, "form": form}
    return render(request, "meetings/guest.html", context, status=form_status(request))
