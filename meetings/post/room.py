"""The list of a case's messages: counted by state, filtered, searched, a page at a time.

Asks a fixed number of questions, whatever there is; writes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Q, QuerySet

from imc_portal.core.models import EmailEvent, OutgoingEmail
from meetings.models import Meeting
from meetings.post import states
from meetings.post.belonging import Belonging
from meetings.post.states import Group
from partners.models import Case, Participant

PER_PAGE = 50
#: How the post of a case is filed: Case.context.
CONTEXT = "case:"
Mail = OutgoingEmail.State


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader asked to see; nothing means everything."""

    group: str = ""
    meeting: uuid.UUID | None = None
    words: str = ""

    def query(self, **other: str) -> str:
        """The same as an address, with changes; empty ones are left out."""
        asked = {"state": self.group, "meeting": str(self.meeting or ""), "q": self.words} | other
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def narrows(self) -> bool:
        """Whether a meeting or words leave something out."""
        return bool(self.meeting or self.words)


@dataclass(frozen=True, slots=True)
class Row:
    """One message in the list."""

    email: OutgoingEmail
    group: Group
    word: str
    since: dt.datetime
    meeting: Meeting | None
    participant: Participant | None
    #: When it is tried next, while it waits for a moment.
    next_at: dt.datetime | None
    said_again: bool

    @property
    def is_trouble(self) -> bool:
        """Whether somebody has to see to it."""
        return self.group.tone == "trouble" and not self.said_again


@dataclass(frozen=True, slots=True)
class Room:
    """What the page shows."""

    wish: Wish
    counts: Mapping[str, int]
    page: Page[OutgoingEmail]
    rows: Sequence[Row]
    meetings: Sequence[Meeting]

    @property
    def total(self) -> int:
        """Messages of the case as filtered, in every state."""
        return sum(self.counts.values())

    @property
    def is_moving(self) -> bool:
        """Whether something may happen without anybody's doing."""
        return bool(self.counts["waiting"] or self.counts["leaving"])


def messages(case: Case) -> QuerySet[OutgoingEmail]:
    """Every message of the case."""
    return OutgoingEmail.objects.filter(context=case.context)


def matching(case: Case, wish: Wish, belonging: Belonging) -> QuerySet[OutgoingEmail]:
    """Messages about the meeting and with the words that were asked for, in any state."""
    found = messages(case)
    if wish.meeting:
        found = found.filter(belonging.about(wish.meeting))
    if wish.words:
        said = wish.words
        found = found.filter(
            Q(to_name__icontains=said)
            | Q(to_address__icontains=said)
            | Q(subject__icontains=said)
            | Q(message_id__icontains=said)
            | belonging.named(said)
        )
    return found


def look(case: Case, wish: Wish, page: str | None = None) -> Room:
    """The post room as asked for."""
    belonging = Belonging.of(case)
    found = matching(case, wish, belonging)
    shown = states.trouble_first(found.select_related("link"))
    if wish.group:
        shown = shown.filter(state__in=states.BY_KEY[wish.group].states)
    leaf = Paginator(shown, PER_PAGE).get_page(page)
    listed = list(leaf.object_list)
    since = _since(listed)
    return Room(
        wish=wish,
        counts=_counts(found),
        page=leaf,
        rows=[_row(email, belonging, since.get(email.pk)) for email in listed],
        meetings=list(belonging.meetings.values()),
    )


def _counts(found: QuerySet[OutgoingEmail]) -> dict[str, int]:
    """How many stand in each group, in one query."""
    by_state = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    return {group.key: sum(by_state.get(state, 0) for state in group.states) for group in states.GROUPS}


def _since(listed: Sequence[OutgoingEmail]) -> dict[uuid.UUID, dt.datetime]:
    """When the story of each last went on."""
    told = EmailEvent.objects.filter(email__in=[email.pk for email in listed]).order_by()
    return dict(told.values_list("email").annotate(last=Max("at")))


def _row(email: OutgoingEmail, belonging: Belonging, last: dt.datetime | None) -> Row:
    settled = {Mail.SENT: email.sent_at, Mail.BOUNCED: email.bounced_at, Mail.SENDING: email.claimed_at}
    return Row(
        email=email,
        group=states.group_of(email),
        word=states.word(email),
        since=settled.get(Mail(email.state)) or last or email.created_at,
        meeting=belonging.meeting_of(email),
        participant=belonging.participant_of(email),
        next_at=next_at(email),
        said_again=bool(getattr(email, "said_again", False)),
    )


def next_at(email: OutgoingEmail) -> dt.datetime | None:
    """When it is tried next, by itself."""
    tried = email.state in states.STOPPABLE or (email.state == Mail.UNKNOWN and not email.ask_first)
    return email.not_before if tried else None
