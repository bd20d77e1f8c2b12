"""What a message of a case belongs to: the meeting it is about, and the municipality it goes to.

Keys name what a message is about (`meeting:<id>/…/to:<participant>`); a message said again keeps the key it
had before its own.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from imc_portal.core.models import OutgoingEmail
from meetings.models import Meeting, Minutes
from partners.models import Case, Participant

MEETING = re.compile(r"^meeting:([0-9a-f-]{36})(?:/|$)")
MINUTES = re.compile(r"^minutes:([0-9a-f-]{36})(?:/|$)")
RECIPIENT = re.compile(r"/to:([0-9a-f-]{36})(?:/|$)")
#: The purpose of links that let a participant take part.
OF_PARTICIPANT = "participant"


@dataclass(frozen=True, slots=True)
class Belonging:
    """The meetings and participants of one case, read once for any number of messages."""

    meetings: Mapping[uuid.UUID, Meeting]
    minutes: Mapping[uuid.UUID, uuid.UUID]
    participants: Mapping[uuid.UUID, Participant]

    @classmethod
    def of(cls, case: Case) -> Belonging:
        """Three queries, however many messages there are."""
        meetings = Meeting.objects.filter(case=case).order_by("starts_at")
        minutes = Minutes.objects.filter(meeting__case=case).values_list("pk", "meeting")
        participants = Participant.objects.filter(case=case).select_related("municipality")
        return cls({row.pk: row for row in meetings}, dict(minutes), {row.pk: row for row in participants})

    def meeting_of(self, email: OutgoingEmail) -> Meeting | None:
        """The meeting a message is about."""
        if key := _named(MINUTES, email.key):
            return self.meetings.get(self.minutes.get(key, key))
        key = _named(MEETING, email.key)
        return self.meetings.get(key) if key else None

    def participant_of(self, email: OutgoingEmail) -> Participant | None:
        """The municipality a message goes to; none for guests, lawyers and others beside the table."""
        if email.link and email.link.purpose == OF_PARTICIPANT:
            return self.participants.get(email.link.subject)
        key = _named(RECIPIENT, email.key)
        return self.participants.get(key) if key else None

    def about(self, meeting: uuid.UUID) -> Q:
        """Messages about one meeting, its minutes among them."""
        about = Q(key__startswith=f"meeting:{meeting}/")
        for minutes, of in self.minutes.items():
            if of == meeting:
                about |= Q(key__startswith=f"minutes:{minutes}/")
        return about

    def named(self, words: str) -> Q:
        """Messages to municipalities whose name holds these words."""
        said = words.casefold()
        keys = [pk for pk, row in self.participants.items() if said in row.municipality.name.casefold()]
        return Q(link__purpose=OF_PARTICIPANT, link__subject__in=keys)


def _named(pattern: re.Pattern[str], key: str) -> uuid.UUID | None:
    found = pattern.search(key)
    try:
        return uuid.UUID(found.group(1)) if found else None
    except ValueError:
        return None
