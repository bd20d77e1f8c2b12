"""The record of a meeting while it goes on: attendance, notes, and closing an informal one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import Refusal, Stale
from meetings import gates, policies
from meetings.forms.record import Attendance, NotesForm
from meetings.models import InformalMeeting, Invitation, Meeting
from meetings.services import holding
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
    form = Attendance(_guests(meeting), request.POST)
    if not form.is_valid():
        return _page(request, meeting, attendance=form, status=422)
    try:
        holding.record_attendance(meeting=meeting, seats=form.seats(), actor=Actor.person(request.user))
    except Refusal as refusal:
        return _refused(request, meeting, refusal, attendance=form)
    messages.success(request, _("Who came is recorded."))
    return redirect("meetings:record", pk=meeting.pk)


@page
@require_POST
def notes(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Keep the notes: from the page that saves by itself (JSON), or by its button."""
    meeting = _meeting(request, pk)
    informal = _informal(meeting)
    form = NotesForm(request.POST, instance=informal)
    by_itself = request.headers.get("accept", "").startswith("application/json")
    if not form.is_valid():
        reasons = [str(error) for errors in form.errors.values() for error in errors]
        if by_itself:
            return JsonResponse({"ok": False, "message": " ".join(reasons)}, status=422)
        return _page(request, meeting, notes=form, status=422)
    try:
        revision = holding.keep_notes(
            meeting=informal,
            notes=form.cleaned_data["notes"],
            revision=form.cleaned_data["revision"],
            actor=Actor.person(request.user),
        )
    except Refusal as refusal:
        status = 409 if isinstance(refusal, Stale) else 422
        if by_itself:
            return JsonResponse({"ok": False, "message": str(refusal)}, status=status)
        return _refused(request, meeting, refusal, status=status, notes=form)
    if by_itself:
        return JsonResponse({"ok": True, "revision": revision, "message": ""})
    messages.success(request, _("The notes are kept."))
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
    return list(rows.select_related("participant__municipality"))


def _page(
    request: PersonRequest,
    meeting: Meeting,
    *,
    attendance: Attendance | None = None,
    notes: NotesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    informal = None if meeting.is_formal else _informal(meeting)
    guests = _guests(meeting)
    is_open = meeting.state == Meeting.State.CALLED
    context = {
        "case": meeting.case,
        "meeting": meeting,
        "informal": informal,
        "guests": guests,
        "is_open": is_open,
        "attendance": attendance or Attendance(guests),
        "notes": notes or (NotesForm(instance=informal) if informal else None),
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


def _refused(
    request: PersonRequest,
    meeting: Meeting,
    refusal: Refusal,
    *,
    status: int = 422,
    attendance: Attendance | None = None,
    notes: NotesForm | None = None,
) -> HttpResponse:
    for reason in refusal.reasons:
        messages.error(request, reason)
    return _page(request, meeting, attendance=attendance, notes=notes, status=status)
