"""What we write to those who take a package on: that it is there for them, and once more if they forget."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from imc_portal.core import links
from imc_portal.core.models import PersonalLink
from imc_portal.core.outbox import Message, one_line
from imc_portal.core.templatetags.portal import day
from meetings.models import HandOverReceiver

#: Behind the personal address: the page of the package.
PAGE = f"{links.PLACEHOLDER}package/"


def package(receiver: HandOverReceiver, link: PersonalLink, key: str, *, again: bool = False) -> Message:
    """The letter with the receiver's own link, in the receiver's language."""
    case = receiver.package.case
    with translation.override(receiver.language):
        words = {"host": str(case.initiator), "case": case.title}
        subject = (
            _("Reminder: please confirm the hand-over “%(case)s” from %(host)s")
            if again
            else _("%(host)s hands over to you: “%(case)s”")
        ) % words
        context = {
            "subject": subject,
            "again": again,
            "receiver": one_line(receiver.name),
            "role": one_line(receiver.role),
            "host": case.initiator,
            "case": case,
            "made": day(receiver.package.made_at),
            "sha256": receiver.package.sha256,
            "until": day(link.expires_at),
            "sender": one_line(str(case.opened_by)),
            "address": case.opened_by.email,
            "language": receiver.language,
            "page": PAGE,
        }
        return Message(
            key=key,
            to_address=receiver.email,
            to_name=receiver.name,
            subject=subject,
            text=render_to_string("meetings/emails/package.txt", context),
            html=render_to_string("meetings/emails/package.html", context),
            reply_to=case.opened_by.email,
            language=receiver.language,
            context=case.context,
            thread_id=receiver.message.message_id if again and receiver.message else "",
            link=link,
        )
