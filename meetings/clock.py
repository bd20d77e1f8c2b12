"""How far each meeting's papers are from being in good time: the countdown of meetings, read from records.

Works on cases from `chain.with_chain`; asks the database once for all meetings together.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from meetings import chain, confirmation, leadtime
from meetings.countdown import Countdown, Expected, countdown
from meetings.leadtime import Where
from meetings.models import CaseRules, Dispatch, Meeting
from partners.models import Participant
from proposals.models import ProposalVersion

READY = Participant.ORDER[Participant.ORDER.index(Participant.State.ACKNOWLEDGED) :]
OPEN = (Meeting.State.PLANNED, Meeting.State.CALLED)


@dataclass(frozen=True, slots=True)
class Clock:
    """A meeting with its countdown, and where its papers are."""

    meeting: Meeting
    dates: Countdown
    approved_at: dt.datetime | None
    arrived: int
    total: int
    looked_at: bool

    @property
    def is_going_out(self) -> bool:
        """Whether papers leave, or left in part."""
        return self.dates.approve is None


def clocks(
    meetings: Iterable[Meeting],
    now: dt.datetime,
    papers: Mapping[uuid.UUID, list[Dispatch]] | None = None,
) -> dict[uuid.UUID, Clock]:
    """By meeting, for those to come whose papers have not all arrived; `papers`: as read before."""
    ahead = [one for one in meetings if one.state in OPEN and one.starts_at > now]
    awake = [one for one in ahead if one.case.state not in one.case.RESTING]
    if papers is None:
        papers = confirmation.papers_of(awake) if awake else {}
    found = {one.pk: _clock(one, papers.get(one.pk, []), now) for one in awake}
    return {key: clock for key, clock in found.items() if clock is not None}


def clock_of(meeting: Meeting, now: dt.datetime) -> Clock | None:
    """The same for one meeting."""
    return clocks([meeting], now).get(meeting.pk)


def home_of(meeting: Meeting) -> Where:
    """The calendar of those who approve."""
    return Where.of(meeting.case.initiator)


def expected_of(meeting: Meeting, papers: Sequence[Dispatch]) -> list[Expected]:
    """Who must have a paper by when: as dispatched, else as far as one knows before the meeting is called."""
    known = {paper.invitation.participant_id: paper for paper in papers}
    days = CaseRules.days_ahead(meeting.case, meeting.kind)
    found = []
    for party in meeting.case.participants.all():
        paper = known.get(party.pk)
        if paper is None and (meeting.state != Meeting.State.PLANNED or party.state not in READY):
            continue
        if party.state not in Participant.ACTIVE or party.is_initiator:
            continue
        where = Where.of(party.municipality)
        due = paper.due_at if paper else leadtime.due(meeting.starts_at, days, where)
        found.append(Expected(str(party.municipality), due, where))
    return found


def _clock(meeting: Meeting, papers: Sequence[Dispatch], now: dt.datetime) -> Clock | None:
    arrived = sum(paper.arrived_at is not None for paper in papers)
    version = None if meeting.is_formal else chain.open_version(meeting.case)
    approved = meeting.is_formal or meeting.state == Meeting.State.CALLED or _is_approved(version)
    if approved and papers and arrived == len(papers):
        return None
    rules = CaseRules.of(meeting.case)
    dates = countdown(
        expected_of(meeting, papers),
        approval_days=None if approved else rules.approval_days,
        home=home_of(meeting),
        now=now,
    )
    if dates is None:
        return None
    when = version.approved_at if version and approved else None
    return Clock(meeting, dates, when, arrived, len(papers), rules.look_first)


def _is_approved(version: ProposalVersion | None) -> bool:
    return version is not None and version.state == ProposalVersion.State.APPROVED
