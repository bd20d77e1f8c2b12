"""To whom a letter goes when it is not an invitation, and what every such letter holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from imc_portal.core import links
from imc_portal.core.models import PersonalLink
from imc_portal.core.outbox import File, Message, one_line
from partners.models import Case, Participant


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who reads for a municipality: its recipient by link, or the person who runs the case by account."""

    participant: Participant
    name: str
    address: str
    language: str
    office: str = ""
    link: PersonalLink | None = None
    thread_id: str = ""

    def url(self, personal: str, account: str) -> str:
        """Where the letter leads: a page of the personal link, else one that asks to sign in."""
        return f"{links.PLACEHOLDER}{personal}" if self.link else f"{settings.BASE_URL}{account}"


def message(
    to: Addressee,
    case: Case,
    key: str,
    subject: str,
    template: str,
    words: dict[str, Any],
    files: Sequence[File] = (),
) -> Message:
    """One letter in the language that is active, which is the addressee's."""
    context = words | {
        "to": to,
        "contact": one_line(to.name),
        "office": to.office,
        "municipality": to.participant.municipality,
        "host": case.initiator,
        "case": case,
        "sender": one_line(str(case.opened_by)),
        "address": case.opened_by.email,
        "language": to.language,
        "subject": subject,
    }
    # The foot warns that a link is personal; the way to a page behind an account is not.
    context["link"] = words["url"] if to.link else ""
    return Message(
        key=key,
        to_address=to.address,
        to_name=to.name,
        subject=subject,
        text=render_to_string(f"meetings/emails/{template}.txt", context),
        html=render_to_string(f"meetings/emails/{template}.html", context),
        reply_to=case.opened_by.email,
        language=to.language,
        context=case.context,
        thread_id=to.thread_id,
        link=to.link,
        files=files,
    )
