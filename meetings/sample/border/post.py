"""What the clock does between two scenes: print, call, send, open what is due."""

from __future__ import annotations

from imc_portal.core import links, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings.models import Dispatch
from meetings.sample.border.people import MAYORS
from meetings.services import answers, dispatch, letters, minutes_letters, papers, replies, steps
from partners.models import Case, Participant
from proposals.documents import press
from proposals.models import Document

Waiting = OutgoingEmail.State
TO_LEAVE = (Waiting.QUEUED, Waiting.RETRY)


def tick(case: Case) -> None:
    """Everything that is due now, done; a paper that only then is ready leaves in the second round."""
    for _round in range(2):
        for document in Document.objects.filter(version__proposal__case=case, state=Document.State.QUEUED):
            press.render(document.pk)
        dispatch.dispatch_due()
        papers.render_due()
        minutes_letters.run()
    answers.open_due()
    steps.remind_due()
    for email in OutgoingEmail.objects.filter(context=case.context, state__in=TO_LEAVE):
        outbox.deliver(email.pk)
    dispatch.mark_sent()
    case.refresh_from_db()


def holder(participant: Participant) -> Actor:
    """Whoever opens the personal link in the letter to this municipality."""
    link = letters.link_of(participant)
    links.mark_opened(link)
    return Actor.holder(link)


def waive_what_did_not_leave(case: Case, host: Actor) -> None:
    """Without a mail server nothing has left: then the recipients took their papers by hand."""
    late = Dispatch.objects.filter(invitation__meeting__case=case, waived_at=None).exclude(
        invitation__meeting__state="held"
    )
    for row in late.select_related("email", "invitation__participant__municipality"):
        if row.is_late:
            name = MAYORS[row.invitation.participant.municipality.code]
            replies.waive(dispatch=row, by=name, how="by telephone", actor=host)
