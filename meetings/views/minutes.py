"""The minutes of a formal meeting: drafted and sent by the host, read and answered by the delegations."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from imc_portal.core import documents, languages
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.problems import Refusal
from meetings import chain, minutes_facts, policies
from meetings.forms.minutes import MinutesForm
from meetings.models import FormalMeeting, Meeting, MeetingPaper, Minutes, MinutesVoice, Ratification
from meetings.papers.minutes import compose
from meetings.services import minutes as services
from meetings.services import minutes_letters, minutes_voices
from partners.models import Case, Participant

State = Minutes.State


@page
def minutes(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """The newest version that this person may read, with what the delegations say to it."""
    meeting = formal_meeting(request, pk)
    policies.require(request.user, "minutes.read", meeting)
    versions = list(Minutes.objects.visible_to(request.user).filter(meeting=meeting))
    for one in versions:
        one.meeting = meeting
    return _shown(request, meeting, versions[0] if versions else None, versions)


@page
def version(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """One version, also an earlier one."""
    found, meeting = _readable(request, pk)
    versions = list(Minutes.objects.visible_to(request.user).filter(meeting=meeting))
    return _shown(request, meeting, found, versions)


@command
def begin(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Draft the minutes from the record."""
    meeting = formal_meeting(request, pk)
    policies.require(request.user, "meeting.run", meeting)
    services.begin(meeting=meeting, actor=Actor.person(request.user))
    return redirect("meetings:minutes", pk=meeting.pk)


@page
def edit(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Write in the draft; what two people write is joined."""
    found, meeting = _readable(request, pk)
    policies.require(request.user, "meeting.run", meeting)
    data = request.POST if request.method == "POST" else None
    form = MinutesForm(data, minutes=found, titles=_titles(found))
    if form.is_bound and form.is_valid() and _kept(request, found, form):
        return redirect("meetings:minutes", pk=meeting.pk)
    context = {"case": meeting.case, "meeting": meeting, "minutes": found, "form": form}
    return render(request, "meetings/minutes_edit.html", context, status=form_status(request))


@page
def send(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Before sending: to whom, until when one may object; then it is frozen."""
    found, meeting = _readable(request, pk)
    policies.require(request.user, "meeting.run", meeting)
    status = 200
    if request.method == "POST":
        try:
            services.send(
                minutes=found,
                revision=_number(request.POST.get("revision")),
                actor=Actor.person(request.user),
            )
        except Refusal as refusal:
            _say(request, refusal)
            status = 409
        else:
            messages.success(request, _("The minutes are on their way to the delegations."))
            return redirect("meetings:minutes", pk=meeting.pk)
    found.refresh_from_db()
    asked = minutes_facts.asked(minutes_facts.delegations(meeting))
    now = timezone.now()
    context = {
        "case": meeting.case,
        "meeting": meeting,
        "minutes": found,
        "asked": minutes_letters.why_not(asked, now),
        "until": services.deadline(meeting, asked, now) if asked else None,
    }
    return render(request, "meetings/minutes_send.html", context, status=status)


@command
def renew(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Answer an objection by a new version."""
    found, meeting = _readable(request, pk)
    policies.require(request.user, "meeting.run", meeting)
    newer = services.renew(minutes=found, actor=Actor.person(request.user))
    messages.success(request, _("A new version is drafted. Say in it what changed, then send it."))
    return redirect("meetings:minutes_edit", pk=newer.pk)


@command
def close(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A lead closes minutes whose time is over although somebody could not be written to."""
    found, meeting = _readable(request, pk)
    policies.require(request.user, "meeting.override", meeting.case)
    minutes_voices.close_all_the_same(
        minutes=found, because=request.POST.get("because", ""), actor=Actor.person(request.user)
    )
    return redirect("meetings:minutes", pk=meeting.pk)


@page
def pdf(request: PersonRequest, pk: uuid.UUID, language: str) -> HttpResponse:
    """The stored paper in one language, checked against its checksum."""
    found, meeting = _readable(request, pk)
    paper = next((row for row in printed(found) if row.language == language), None)
    if paper is None:
        raise Http404
    response = served(paper)
    return response or render(
        request, "meetings/minutes_damaged.html", {"case": meeting.case, "meeting": meeting}, status=503
    )


def formal_meeting(request: PersonRequest, pk: uuid.UUID) -> FormalMeeting:
    """The formal meeting with its case as case pages need it, or 404."""
    seen = Meeting.objects.visible_to(request.user).values("pk")
    found = get_object_or_404(FormalMeeting.objects.select_related("host"), pk=pk, pk__in=seen)
    found.case = chain.with_chain(Case.objects.filter(pk=found.case_id).select_related("opened_by")).get()
    return found


def printed(minutes: Minutes) -> list[MeetingPaper]:
    """The copies of these minutes that are printed, one per language."""
    kind = MeetingPaper.Kind.FINAL if minutes.is_ended else MeetingPaper.Kind.MINUTES
    papers = MeetingPaper.objects.filter(
        meeting=minutes.meeting_id, kind=kind, edition=minutes.number, state=MeetingPaper.State.STORED
    )
    return list(papers.order_by("language"))


def served(paper: MeetingPaper) -> HttpResponse | None:
    """The file; None when it is damaged."""
    try:
        content = documents.read(paper.file_name, sha256=paper.sha256)
    except documents.Damaged:
        return None
    response = HttpResponse(content, content_type="application/pdf")
    name = slugify(f"{_('minutes')} {paper.edition} {paper.language}")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def words(minutes: Minutes) -> list[dict[str, Any]]:
    """Of each delegation that was asked: its last word and the earlier ones."""
    voices = sorted(minutes.voices.all(), key=lambda row: row.recorded_at, reverse=True)
    rows = []
    for one in minutes_facts.asked_in(minutes):
        said = [voice for voice in voices if str(voice.participant_id) == one["id"]]
        rows.append(
            {"id": one["id"], "name": one["name"], "latest": next(iter(said), None), "earlier": said[1:]}
        )
    return rows


def _shown(
    request: PersonRequest, meeting: FormalMeeting, found: Minutes | None, versions: list[Minutes]
) -> HttpResponse:
    runs = policies.allows(request.user, "meeting.run", meeting)
    now = timezone.now()
    councils = _councils(request, meeting, found)
    context: dict[str, Any] = {
        "case": meeting.case,
        "meeting": meeting,
        "minutes": found,
        "versions": versions,
        "runs": runs,
        "councils": councils,
        "awaited": any(row.state == Ratification.State.AWAITED for row, _may in councils),
    }
    if found:
        context |= {
            "sheet": compose(found),
            "words": _words(request, meeting, found, runs=runs),
            "papers": printed(found),
            "objections": [row for row in words(found) if _objects(row["latest"])],
            "trouble": minutes_letters.trouble(found, now) if runs and found.state != State.DRAFT else [],
            "overdue": found.state == State.SENT and found.objections_until and found.objections_until < now,
            "may_override": policies.allows(request.user, "meeting.override", meeting.case),
        }
    return render(request, "meetings/minutes.html", context)


def _words(
    request: PersonRequest, meeting: FormalMeeting, found: Minutes, *, runs: bool
) -> list[dict[str, Any]]:
    """The words with what this person may do about each."""
    parties = {str(row.pk): row for row in meeting.case.participants.all()}
    rows = words(found)
    for row in rows:
        party = parties.get(row["id"])
        here = found.state == State.SENT and party is not None and party.state in Participant.ACTIVE
        row["own"] = bool(here and party and policies.allows(request.user, "participant.speak", party))
        row["may_say"] = bool(here and (row["own"] or runs))
    return rows


def _objects(voice: MinutesVoice | None) -> bool:
    return voice is not None and voice.voice == MinutesVoice.Voice.OBJECTS


def _councils(
    request: PersonRequest, meeting: FormalMeeting, found: Minutes | None
) -> list[tuple[Any, bool]]:
    if found is None or not found.is_ended:
        return []
    rows = meeting.ratifications.select_related("participant__municipality", "meeting__case")
    return [(row, policies.allows(request.user, "ratification.record", row)) for row in rows]


def _readable(request: PersonRequest, pk: uuid.UUID) -> tuple[Minutes, FormalMeeting]:
    found = get_object_or_404(Minutes.objects.visible_to(request.user), pk=pk)
    meeting = formal_meeting(request, found.meeting_id)
    found.meeting = meeting
    return found, meeting


def _kept(request: PersonRequest, found: Minutes, form: MinutesForm) -> bool:
    try:
        kept = services.keep(
            minutes=found,
            revision=form.cleaned_data["revision"],
            words=form.words(),
            actor=Actor.person(request.user),
        )
    except Refusal as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
        return False
    if kept.met:
        messages.warning(
            request,
            _("Somebody else changed the same passage meanwhile. Both texts stand there now: choose one."),
        )
    elif kept.joined:
        messages.success(request, _("Kept, together with what somebody else wrote meanwhile."))
    else:
        messages.success(request, _("Kept."))
    return True


def _titles(found: Minutes) -> list[str]:
    code = languages.nearest(translation.get_language() or "") or "en"
    return [item["titles"].get(code, "") for item in found.items]


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _say(request: PersonRequest, refusal: Refusal) -> None:
    for reason in refusal.reasons:
        messages.error(request, reason)
