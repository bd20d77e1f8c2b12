"""Close a personal link that came into wrong hands; with the next letter its recipient gets a new one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import links, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail, PersonalLink
from imc_portal.core.problems import Refusal, given


@transaction.atomic
def close(*, email: OutgoingEmail, actor: Actor, reason: str) -> None:
    """Let every copy of this message open nothing any more; what has not left with this link never leaves."""
    reason = given(reason, missing=_("Say why the link is closed."))
    live = PersonalLink.objects.select_for_update().filter(revoked_at=None)
    link = live.filter(pk=email.link_id).first() if email.link_id else None
    if link is None:
        raise Refusal(_("The link in this message is closed already."))
    letters = OutgoingEmail.objects.filter(link=link)
    outbox.cancel(emails=letters, actor=actor, reason=reason)
    for letter in letters.exclude(state=OutgoingEmail.State.CANCELLED):
        outbox.story.note(letter.pk, outbox.story.Kind.UNLINKED, detail=reason, who=actor.name)
    links.revoke(link=link, actor=actor, reason=reason, context=email.context)
