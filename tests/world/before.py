"""What comes before a meeting, for all doors: a date sought, papers, a delegation, guests, a calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from imc_portal.core import documents, incidents, links
from imc_portal.core.models import User
from meetings.models import DateAnswer, DatePoll, DateSlot, Delegate, MeetingGuest, MeetingPaper
from meetings.services import feeds

SECRETS = {
    "date_b": "SECRET-WHO-OF-B-CAN-COME",
    "date_d": "SECRET-WHO-OF-D-CAN-COME",
    "delegate_d": "SECRET-COMPANION-OF-D",
}


def build(made: dict[str, Any], case: Any, lead: User) -> dict[str, object]:
    """An open question for a date with answers of B and D, agendas, guests, the lead's calendar."""
    now = timezone.now()
    poll = DatePoll.objects.create(
        case=case,
        kind="informal",
        time_zone="Europe/Paris",
        answer_by=now + dt.timedelta(days=5),
        asked_by="x",
    )
    start = now + dt.timedelta(days=20)
    slot = DateSlot.objects.create(poll=poll, starts_at=start, ends_at=start + dt.timedelta(hours=2))
    for key, secret in (("partner", "date_b"), ("other", "date_d")):
        DateAnswer.objects.create(
            slot=slot,
            participant=made[key],
            name=SECRETS[secret],
            value="yes",
            answered_by="x",
            answered_at=now,
        )
    invitation = made["invitation_informal_Dournon"]
    Delegate.objects.create(invitation=invitation, name=SECRETS["delegate_d"])
    guests = [
        MeetingGuest.objects.create(
            meeting=made["informal"], body=entry.body, role=_role(entry.body.kind), name="Somebody"
        )
        for entry in case.bodies.select_related("body").order_by("body__kind")
    ]
    link = links.issue(purpose=feeds.OF_USER, subject=feeds.subject_of(lead), holder=str(lead), language="en")
    return {
        "poll": poll,
        "slot": slot,
        "agenda": _agenda(made["informal"]),
        "guest": next(guest for guest in guests if guest.role == "observer"),
        "calendar_token": links.token_of(link),
        "incident": incidents.report(kind="missing", target_key="file:test/gone.pdf"),
    }


def _role(kind: str) -> str:
    return "facilitator" if kind == "facilitator" else "observer"


def _agenda(meeting: Any) -> MeetingPaper:
    name, digest = documents.store("test/agenda.pdf", b"%PDF-1.7 agenda")
    return MeetingPaper.objects.create(
        meeting=meeting, kind="agenda", language="en", state="stored", file_name=name, sha256=digest, size=15
    )
