"""One message exactly as it leaves, or left: what is in it, and its whole story."""

from __future__ import annotations

import uuid

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin

from imc_portal.core import documents, languages, outbox
from imc_portal.core.http import PersonRequest, page
from imc_portal.core.models import OutgoingEmail
from meetings import policies, troubles
from meetings.models import Dispatch
from meetings.post import contents, room, states, story
from meetings.post.belonging import Belonging
from meetings.views.post import readable_case, runnable_case
from partners.models import Case


@page
def message(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Headers, text, HTML, files, the calendar entry, and what became of it."""
    email, case = readable_message(request, pk)
    dispatch = dispatch_of(email)
    context = {
        **about(email, case),
        "contents": contents.read(email),
        "events": story.of(email, dispatch),
        "live": email.state in states.MOVING or (email.state == room.Mail.UNKNOWN and not email.ask_first),
        "stopped": outbox.undeliverable(email.to_address),
        "may_run": policies.allows(request.user, "post.run", case),
        "renewable": dispatch if dispatch and _needs_a_new_link(dispatch, email) else None,
    }
    return render(request, "meetings/post_message.html", context)


@page
@xframe_options_sameorigin
def html(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """The HTML of a message, for the frame on its page: words and one sheet of style, nothing else."""
    email, _case = readable_message(request, pk)
    words = contents.read(email).html
    if not words:
        raise Http404
    response = HttpResponse("".join(contents.frame(words)))
    response.headers["Content-Security-Policy"] = contents.policy_of(words)
    return response


@page
def file(request: PersonRequest, pk: uuid.UUID, number: int) -> HttpResponseBase:
    """One file of a message, verified; a damaged one is never handed out."""
    email, case = readable_message(request, pk)
    files = list(email.attachments.all())
    if number >= len(files):
        raise Http404
    found = files[number]
    try:
        content = contents.content_of(email, found)
    except documents.StoreProblem as problem:
        context = {**about(email, case), "file": found, "problem": problem.words}
        return render(request, "meetings/post_damaged.html", context, status=503)
    response = HttpResponse(content, content_type=found.content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, found.filename) or "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Checksum-SHA256"] = found.sha256
    return response


def readable_message(request: PersonRequest, pk: uuid.UUID) -> tuple[OutgoingEmail, Case]:
    """A message of a case whose post the person may read, and that case; else 404."""
    return _found(request, pk)


def runnable_message(request: PersonRequest, pk: uuid.UUID) -> tuple[OutgoingEmail, Case]:
    """The same, for those who run the case; else 404 or 403."""
    email, case = _found(request, pk)
    runnable_case(request, case.pk)
    return email, case


def about(email: OutgoingEmail, case: Case) -> dict[str, object]:
    """What every page about one message says."""
    belonging = Belonging.of(case)
    return {
        "case": case,
        "mail": email,
        "meeting": belonging.meeting_of(email),
        "participant": belonging.participant_of(email),
        "group": states.group_of(email),
        "word": states.word(email),
        "next_at": room.next_at(email),
        "direction": languages.direction(email.language),
        "asks": states.asks(email),
        "stoppable": email.state in states.STOPPABLE,
        "cancellable": email.state in states.CANCELLABLE,
        "said": email.state in states.SAID,
        "link_opens": email.link is not None and email.link.is_live,
        "link_closed": email.link is not None and email.link.revoked_at is not None,
    }


def dispatch_of(email: OutgoingEmail) -> Dispatch | None:
    """The paper that this message, the one it says again or the one that says it again carries."""
    same = Q(email=email.pk) | Q(email__again_of=email.pk)
    if email.again_of_id:
        same |= Q(email=email.again_of_id)
    return (
        Dispatch.objects.filter(same)
        .select_related("email", "document", "by_hand", "invitation__participant__municipality")
        .select_related("invitation__link")
        .order_by("pk")
        .first()
    )


def _needs_a_new_link(dispatch: Dispatch, email: OutgoingEmail) -> bool:
    """Whether its papers go once more with another link: the same words would lead nowhere."""
    return dispatch.email_id == email.pk and troubles.link_is_closed(dispatch)


def _found(request: PersonRequest, pk: uuid.UUID) -> tuple[OutgoingEmail, Case]:
    rows = OutgoingEmail.objects.select_related("link", "again_of").prefetch_related(
        "attachments", "events", "sent_again"
    )
    email = get_object_or_404(rows, pk=pk, context__startswith=room.CONTEXT)
    try:
        key = uuid.UUID(email.context.removeprefix(room.CONTEXT))
    except ValueError as fault:
        raise Http404 from fault
    return email, readable_case(request, key)
