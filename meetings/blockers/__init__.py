"""What a case waits for, of whom and since when, as far as the reader may know it.

Reads a fixed number of queries for each state, whatever the number of municipalities, areas and questions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from django.utils import timezone

from imc_portal.core.models import User
from meetings.blockers import after, meet, said
from meetings.blockers.look import Blocker, Look, since_words
from meetings.models import Meeting
from partners.models import Case

__all__ = ["Blocker", "blockers", "since_words"]
State = Case.State


def blockers(case: Case, user: User, now: dt.datetime | None = None) -> list[Blocker]:
    """What the case waits for where it stands; what has waited longest comes first."""
    look = Look(case, user, now or timezone.now())
    found = list(WAITS[case.state](look))
    return sorted(found, key=lambda each: each.since or look.now)


def _informal(look: Look) -> Iterator[Blocker]:
    yield from meet.meeting_of(look, Meeting.Kind.INFORMAL, "informal")
    yield from said.answers(look)


def _formal(look: Look) -> Iterator[Blocker]:
    yield from meet.meeting_of(look, Meeting.Kind.FORMAL, "formal")


def _nothing(look: Look) -> Iterator[Blocker]:
    yield from ()


WAITS: dict[str, Callable[[Look], Iterator[Blocker]]] = {
    State.DRAFT: meet.areas,
    State.AREAS_SCREENED: meet.short_list,
    State.PARTNERS_RANKED: meet.short_list,
    State.CONTACTING: meet.contacts,
    State.PROPOSAL: meet.proposal,
    State.INFORMAL_MEETING: _informal,
    State.CLARIFICATION: said.answers,
    State.ATTITUDE: said.attitudes,
    State.FORMAL_CONVENED: _formal,
    State.FORMAL_HELD: after.minutes,
    State.MINUTES_AGREED: after.councils,
    State.RATIFICATION: after.councils,
    State.HANDED_OVER: after.receivers,
    State.PARKED: after.parked,
    State.CLOSED: _nothing,
}
