"""The record of a meeting while it goes on: attendance, notes, and closing an informal one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import Refusal
from meetings import gates, policies, sheet
from meetings.forms.record import Attendance
from meetings.models import InformalMeeting, Invitation, Meeting
from meetings.services import holding, seating
from partners.models import Participant


@page
def record(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """The record as it stands: who came, what was said, and what still keeps it open."""
    return _page(request, _meeting(request, pk))


@page
@require_POST
def attendance(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Write down who came."""
    meeting = _meeting(request, pk)
    form = Attendance(meeting, _guests(meeting), request.POST)
    if not form.is_valid():
        return _page(request, meeting, attendance=form, status=422)
    actor = Actor.person(request.user)
    try:
        holding.record_attendance(meeting=meeting, seats=form.seats(), table=form.table(), actor=actor)
    except Refusal as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        return _page(request, meeting, attendance=form, status=422)
    messages.success(request, _("Who came is recorded."))
    return redirect("meetings:record", pk=meeting.pk)


@command
def hold(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Close the record of an informal meeting."""
    meeting = _meeting(request, pk)
    override = request.POST.get("override", "")
    if override:
        policies.require(request.user, "meeting.override", meeting.case)
    holding.hold(meeting=_informal(meeting), actor=Actor.person(request.user), override=override)
    messages.success(request, _("The meeting is recorded as held. Now the answers come together."))
    return redirect("meetings:answers", case=meeting.case_id)


def _meeting(request: PersonRequest, pk: uuid.UUID) -> Meeting:
    meetings = Meeting.objects.visible_to(request.user).select_related("case__initiator", "host")
    meeting = get_object_or_404(meetings, pk=pk)
    policies.require(request.user, "meeting.run", meeting)
    return meeting


def _informal(meeting: Meeting) -> InformalMeeting:
    """Notes and closing belong to informal meetings; a formal one closes with its outcomes."""
    if meeting.is_formal:
        raise Http404
    return InformalMeeting.objects.select_related("case__initiator").get(pk=meeting.pk)


def _guests(meeting: Meeting) -> list[Invitation]:
    rows = meeting.invitations.filter(participant__state__in=Participant.ACTIVE)
    return list(rows.select_related("participant__municipality").prefetch_related("delegates"))


def _page(
    request: PersonRequest, meeting: Meeting, *, attendance: Attendance | None = None, status: int = 200
) -> HttpResponse:
    informal = None if meeting.is_formal else _informal(meeting)
    guests = _guests(meeting)
    is_open = meeting.state == Meeting.State.CALLED
    context = {
        "case": meeting.case,
        "meeting": meeting,
        "informal": informal,
        "guests": [(guest, seating.stood_in(guest)) for guest in guests],
        "bodies": meeting.guests.select_related("body"),
        "lines": sheet.lines(meeting),
        "is_open": is_open,
        "attendance": attendance or (Attendance(meeting, guests) if is_open else None),
        "early": is_open and meeting.starts_at > timezone.now(),
        **(_gates(request, meeting, guests) if informal and is_open else {}),
    }
    return render(request, "meetings/record.html", context, status=status)


def _gates(request: PersonRequest, meeting: Meeting, guests: list[Invitation]) -> dict[str, object]:
    """What keeps an informal meeting open: what nobody can override, and what a lead can."""
    late = gates.papers_in_time(meeting, timezone.now())
    return {
        "late": late,
        "firm": late + gates.attendance(guests),
        "soft": gates.met(meeting),
        "may_override": policies.allows(request.user, "meeting.override", meeting.case),
    }
