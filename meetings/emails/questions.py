"""What we write about the seven questions before their deadline, in the recipient's language."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from imc_portal.core import dates, links
from imc_portal.core.models import PersonalLink
from imc_portal.core.outbox import Message, one_line
from meetings.leadtime import Where
from meetings.models import ClarificationRound
from partners.models import OfficeHolder, Participant


def reminder(
    asked: ClarificationRound,
    participant: Participant,
    contact: OfficeHolder,
    link: PersonalLink,
    thread_id: str,
    key: str,
) -> Message:
    """The answers are opened soon; who has not answered yet still can."""
    case, zone = asked.case, Where.of(participant.municipality).zone
    with translation.override(contact.language), timezone.override(zone):
        until = dates.moment(timezone.localtime(asked.deadline))
        words = {"host": case.initiator, "name": participant.municipality, "until": until}
        subject = _("%(host)s to %(name)s: the seven questions, until %(until)s") % words
        context = {
            "municipality": participant.municipality,
            "contact": one_line(contact.name),
            "office": contact.get_office_display(),
            "host": case.initiator,
            "case": case,
            "until": until,
            "sender": one_line(str(case.opened_by)),
            "address": case.opened_by.email,
            "language": contact.language,
            "link": links.PLACEHOLDER,
            "subject": subject,
        }
        return Message(
            key=key,
            to_address=contact.email,
            to_name=contact.name,
            subject=subject,
            text=render_to_string("meetings/emails/questions.txt", context),
            html=render_to_string("meetings/emails/questions.html", context),
            reply_to=case.opened_by.email,
            language=contact.language,
            context=case.context,
            thread_id=thread_id,
            link=link,
        )
