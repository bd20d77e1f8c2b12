"""The record while people talk: the sheet, item by item, and the four outcomes beside it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import Refusal
from meetings import policies, sheet
from meetings.forms.record import NoteForm
from meetings.models import FormalMeeting, Meeting, RecordNote
from meetings.services import recording
from meetings.services.recording import Kept, Words
from meetings.views import outcome_page
from proposals import presence


@page
def live(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """The sheet of a meeting; of a formal one with its outcomes beside it."""
    return _page(request, _meeting(request, pk))


@command
def note(request: PersonRequest, pk: uuid.UUID, position: int) -> HttpResponseBase:
    """Keep the words on one item: from the page that saves by itself (JSON), or by a button."""
    meeting = _meeting(request, pk)
    if position > recording.MOST_ITEMS:
        raise Http404
    form = NoteForm(request.POST)
    by_itself = "application/json" in request.headers.get("accept", "")
    if not form.is_valid():
        reasons = [str(error) for errors in form.errors.values() for error in errors]
        return _not_kept(request, meeting, position, reasons, 422, by_itself=by_itself)
    words = form.words()
    if "mark" in request.POST:
        words = Words(_marked(words.text, meeting), words.revision, words.page)
    try:
        actor = Actor.person(request.user)
        kept = recording.keep(meeting=meeting, position=position, words=words, actor=actor)
    except Refusal as refusal:
        return _not_kept(request, meeting, position, list(refusal.reasons), 409, by_itself=by_itself)
    if by_itself:
        return JsonResponse(_told(kept))
    messages.success(request, " ".join((_("The words are kept."), _met(kept))))
    return redirect(f"{reverse('meetings:live', args=[pk])}#item-{position}")


@command
def here(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A page says that it is open (or, with `leave`, closed) and hears who is there and what is newer."""
    meeting = _meeting(request, pk)
    if request.POST.get("leave"):
        presence.leave(meeting, request.user)
        return JsonResponse({"others": "", "revisions": {}})
    presence.arrive(meeting, request.user)
    rows = RecordNote.objects.filter(meeting=meeting).values_list("position", "revision")
    return JsonResponse({"others": _others(request, meeting), "revisions": dict(rows)})


def _meeting(request: PersonRequest, pk: uuid.UUID) -> Meeting:
    meetings = Meeting.objects.visible_to(request.user).select_related("case__initiator", "host")
    meeting = get_object_or_404(meetings, pk=pk)
    policies.require(request.user, "meeting.run", meeting)
    return meeting


def _page(
    request: PersonRequest,
    meeting: Meeting,
    *,
    typed: tuple[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    is_open = meeting.state == Meeting.State.CALLED
    if is_open:
        presence.arrive(meeting, request.user)
    context: dict[str, object] = {
        "case": meeting.case,
        "meeting": meeting,
        "is_open": is_open,
        "lines": sheet.lines(meeting),
        "typed": typed,
        "others": _others(request, meeting) if is_open else "",
        "early": is_open and meeting.starts_at > timezone.now(),
        "back": "?back=live",
    }
    if meeting.is_formal and is_open:
        formal = FormalMeeting.objects.select_related("case__initiator", "host").get(pk=meeting.pk)
        context |= outcome_page.shown(request.user, formal)
    return render(request, "meetings/live.html", context, status=status)


def _not_kept(
    request: PersonRequest,
    meeting: Meeting,
    position: int,
    reasons: list[str],
    status: int,
    *,
    by_itself: bool,
) -> HttpResponse:
    """Say why not; without script the page comes back with what was typed."""
    if by_itself:
        return JsonResponse({"ok": False, "message": " ".join(reasons)}, status=status)
    for reason in reasons:
        messages.error(request, reason)
    return _page(request, meeting, typed=(position, request.POST.get("text", "")), status=status)


def _told(kept: Kept) -> dict[str, object]:
    """What autosave hears: `fields` are shown where nobody has typed since."""
    return {
        "ok": True,
        "revision": kept.revision,
        "sent": kept.sent,
        "message": _met(kept),
        "fields": {"text": kept.text} if kept.brought else {},
    }


def _met(kept: Kept) -> str:
    """Who wrote here too, and what became of it; nothing when nobody did."""
    if not kept.brought:
        return ""
    names = ", ".join(kept.others) or _("You, in another window,")
    if kept.met:
        return _("%(names)s wrote in the same place: both texts stand here, one below the other.") % {
            "names": names
        }
    return _("%(names)s also wrote here: those words were added.") % {"names": names}


def _marked(text: str, meeting: Meeting) -> str:
    """The text with the time of day, by the clock of the meeting, on a line of its own."""
    at = timezone.now().astimezone(meeting.local_start.tzinfo)
    return "\n".join(part for part in (text.rstrip(), f"{at:%H:%M} – ") if part)


def _others(request: PersonRequest, meeting: Meeting) -> str:
    """One sentence for each other person who has the sheet open."""
    return " ".join(
        _("%(name)s has this record open too, since %(time)s.")
        % {"name": one.name, "time": f"{timezone.localtime(one.since):%H:%M}"}
        for one in presence.others(meeting, meeting.case, besides=request.user)
    )
