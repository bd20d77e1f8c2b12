"""The papers of a meeting: read the agenda, have a failed one made again."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from meetings import policies
from meetings.models import Meeting, MeetingPaper
from meetings.services import papers
from meetings.views.holder import HolderRequest, holder_page


@page
def agenda(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """The newest agenda of a meeting as PDF, in the reader's language where there is one."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=pk)
    return _served(newest(meeting))


@require_GET
@holder_page
def own_agenda(request: HolderRequest, meeting: uuid.UUID) -> HttpResponse:
    """The same for somebody who comes by link."""
    invited = Meeting.objects.filter(invitations__participant=request.participant).exclude(
        state=Meeting.State.PLANNED
    )
    return _served(newest(get_object_or_404(invited, pk=meeting)))


@command
def print_again(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Send a paper that failed to the press once more."""
    seen = Meeting.objects.visible_to(request.user)
    paper = get_object_or_404(MeetingPaper.objects.select_related("meeting__case"), pk=pk, meeting__in=seen)
    policies.require(request.user, "meeting.run", paper.meeting)
    papers.print_again(paper=paper, actor=Actor.person(request.user))
    messages.success(request, _("The paper is made again; what waits for it leaves by itself."))
    return redirect("meetings:delivery", pk=paper.meeting_id)


def newest(meeting: Meeting) -> MeetingPaper | None:
    """The newest stored agenda: in the language that is active, else in the one that is there."""
    stored = meeting.papers.filter(
        kind=MeetingPaper.Kind.AGENDA, state=MeetingPaper.State.STORED, edition=meeting.sequence
    )
    rows = {row.language: row for row in stored}
    return rows.get(get_language() or "") or next(iter(rows.values()), None)


def _served(paper: MeetingPaper | None) -> HttpResponse:
    if paper is None:
        raise Http404
    try:
        content = documents.read(paper.file_name, sha256=paper.sha256)
    except documents.Damaged:
        return HttpResponse(_("The stored paper is missing or was altered."), status=503)
    response = HttpResponse(content, content_type="application/pdf")
    name = slugify(f"{paper.get_kind_display()} {paper.meeting.local_start:%Y-%m-%d}")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
