"""Pages of a personal link: the paper, the reply, the calendar, the waiver.

Reading never changes anything: mail scanners fetch links. That a paper was opened is recorded only by
the button "Open the proposal", which is a form; the plain address of the PDF serves it and notes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings import calendar, confirmation, emails, postroom
from meetings.cells import relevant
from meetings.forms.planning import ReplyForm
from meetings.models import Answer, Dispatch, Invitation, Meeting
from meetings.services import replies
from meetings.views.holder import HolderRequest, holder_page
from partners.models import Participant
from proposals.models import Document


@require_GET
@holder_page
def home(request: HolderRequest) -> HttpResponse:
    """Why you got this, when and where, the paper, three buttons, the questions."""
    return render(request, "personal/home.html", _context(request))


@require_GET
@holder_page
def document(request: HolderRequest) -> HttpResponse:
    """The recipient's own PDF; reading it here records nothing."""
    paper = _paper(request.participant)
    if paper is None or paper.document is None:
        return render(request, "personal/no_paper.html", _context(request), status=404)
    try:
        content = documents.read(
            paper.document.file_name,
            sha256=paper.document.sha256,
            context=request.participant.case.context,
        )
    except documents.Damaged:
        return render(request, "personal/no_paper.html", _context(request) | {"damaged": True}, status=503)
    response = HttpResponse(content, content_type="application/pdf")
    name = slugify(f"{_('proposal')} {request.participant.case.initiator} {request.participant}")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@require_POST
@holder_page
def open_paper(request: HolderRequest) -> HttpResponseBase:
    """Note that the paper was opened, then show it."""
    paper = _paper(request.participant)
    if paper is not None:
        replies.open_paper(dispatch=paper, link=request.link, actor=Actor.holder(request.link))
    return redirect("personal:document", token=request.token)


@require_http_methods(["GET", "POST"])
@holder_page
def reply(request: HolderRequest) -> HttpResponseBase:
    """The reply to the invitation: ?reply= chooses, the form asks for the rest, POST records."""
    invitation = _invitation(request.participant)
    chosen = str(request.POST.get("reply") or request.GET.get("reply", ""))
    known = [value for value, _label in Invitation.Reply.choices[1:]]
    if invitation is None or chosen not in known:
        return redirect("personal:home", token=request.token)
    if request.method == "POST" and request.POST.get("invitation") != str(invitation.pk):
        messages.error(request, _("The meeting has changed meanwhile: look at it once more, then reply."))
        return redirect("personal:home", token=request.token)
    form = ReplyForm(request.POST if request.method == "POST" else None, invitation=invitation, reply=chosen)
    if form.is_bound and form.is_valid() and _recorded(request, form, invitation):
        return redirect("personal:home", token=request.token)
    context = _context(request) | {"form": form, "chosen": chosen, "label": Invitation.Reply(chosen).label}
    return render(request, "personal/reply.html", context, status=422 if form.is_bound else 200)


@require_GET
@holder_page
def late(request: HolderRequest) -> HttpResponse:
    """Ask whether the time is enough although a paper came late: where the message leads."""
    papers = confirmation.late_for(request.participant, timezone.now())
    return render(request, "personal/late.html", _context(request) | {"papers": papers})


@require_POST
@holder_page
def waive(request: HolderRequest) -> HttpResponseBase:
    """The recipient accepts the paper although it came late."""
    paper = get_object_or_404(
        Dispatch,
        pk=_identity(request.POST.get("paper", "")),
        invitation__participant=request.participant,
        invitation__meeting__state=Meeting.State.CALLED,
    )
    try:
        replies.waive(dispatch=paper, by=request.link.holder, actor=Actor.holder(request.link))
    except Refusal as refusal:
        messages.error(request, " ".join(refusal.reasons))
    else:
        messages.success(request, _("Thank you. It is recorded that the time was enough for you."))
    return redirect("personal:home", token=request.token)


@require_GET
@holder_page
def entry(request: HolderRequest) -> HttpResponse:
    """The meeting for the recipient's calendar."""
    invitation = _invitation(request.participant)
    if invitation is None:
        return render(request, "personal/no_meeting.html", _context(request), status=404)
    return calendar_response(invitation.meeting)


def calendar_response(meeting: Meeting) -> HttpResponse:
    """An .ics as a download."""
    content = calendar.publish(emails.calendar_entry(meeting, timezone.now()))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response


def _recorded(request: HolderRequest, form: ReplyForm, invitation: Invitation) -> bool:
    try:
        replies.reply(invitation=invitation, answer=form.answer, actor=Actor.holder(request.link))
    except Refusal as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
        return False
    messages.success(request, _("Recorded. You can change it here until the meeting begins."))
    return True


def _context(request: HolderRequest) -> dict[str, object]:
    participant, now = request.participant, timezone.now()
    invitation = _invitation(participant, now)
    paper = _paper(participant)
    ours_late = confirmation.late_for(participant, now)
    own_late = next((one for one in ours_late if not one.invitation.meeting.is_formal), None)
    return {
        "participant": participant,
        "me": participant,
        "case": participant.case,
        "token": request.token,
        "link": request.link,
        "invitation": invitation,
        "meeting": invitation.meeting if invitation else None,
        "when": _spoken(invitation, participant),
        "may_reply": bool(
            invitation
            and invitation.meeting.state == Meeting.State.CALLED
            and invitation.meeting.starts_at > now
        ),
        "reply_by": _reply_by(invitation, paper, participant, now),
        "paper": paper,
        "late": own_late,
        "unconfirmed": bool(
            invitation
            and confirmation.awaits(invitation.meeting)
            and confirmation.late_in(invitation.meeting, now)
        ),
        "questions": _progress(participant),
        "choices": Invitation.Reply.choices[1:],
    }


def _invitation(participant: Participant, now: dt.datetime | None = None) -> Invitation | None:
    """The invitation that counts: to the next called meeting, else to the last one."""
    now = now or timezone.now()
    mine = (
        participant.invitations.exclude(meeting__state=Meeting.State.PLANNED)
        .select_related("meeting__host", "meeting__case", "participant__contact")
        .order_by("meeting__starts_at")
    )
    rows = list(mine)
    ahead = [row for row in rows if row.meeting.state == Meeting.State.CALLED and row.meeting.ends_at >= now]
    return next(iter(ahead or rows[-1:]), None)


def _paper(participant: Participant) -> Dispatch | None:
    """The newest paper that was made for this participant and put on its way."""
    return (
        Dispatch.objects.filter(
            Q(email__isnull=False) | Q(by_hand__isnull=False),
            invitation__participant=participant,
            document__state=Document.State.RENDERED,
        )
        .select_related(
            *("document__version", "email", "by_hand", "invitation__meeting"),
            *("invitation__participant__case", "invitation__participant__municipality"),
        )
        .order_by("-document__version__number", "-invitation__meeting__starts_at")
        .first()
    )


def _progress(participant: Participant) -> dict[str, int] | None:
    """How many of the seven questions are answered, and which comes next."""
    asked_now = Answer.objects.of_case(participant.case_id).filter(relevant(), participant=participant)
    cells = list(asked_now.order_by().values_list("question", "state"))
    if not cells:
        return None
    asked = {question for question, _state in cells}
    waiting = {question for question, state in cells if state == Answer.State.OPEN}
    return {"total": len(asked), "done": len(asked - waiting), "next": min(waiting or asked or {1})}


def _spoken(invitation: Invitation | None, participant: Participant) -> str:
    if invitation is None:
        return ""
    meeting = invitation.meeting
    return emails.spoken_time(meeting.starts_at, meeting.ends_at, participant.municipality.time_zone)


def _reply_by(
    invitation: Invitation | None, paper: Dispatch | None, participant: Participant, now: dt.datetime
) -> dt.date | None:
    if invitation is None:
        return None
    asked = None
    if paper and paper.document and paper.invitation_id == invitation.pk:
        asked = paper.document.version.answer_by
    return emails.reply_by(invitation.meeting, postroom.where(participant), now, asked)


def _identity(text: str) -> uuid.UUID | None:
    """What a form names; None when that is nothing of ours."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
