"""What waits for a person, for whom they wait, and what comes up, over all their cases and the exchange.

Reads a fixed number of queries, whatever the number of cases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.models import AuditEntry, User
from meetings import cells, chain, clock, confirmation
from meetings.clock import Clock
from meetings.countdown import Date
from meetings.models import Answer, Dispatch, Invitation, Meeting
from meetings.waiting import delivery, expectations, handover, loops, minutes, steps
from meetings.waiting.item import Item
from partners import exchange_waiting, policies
from partners.models import Case, Participant
from proposals.models import ProposalVersion


@dataclass(frozen=True, slots=True)
class Outlook:
    """The home page: four lists, the countdowns of papers, and late papers by meeting."""

    for_you: list[Item] = field(default_factory=list)
    for_others: list[Item] = field(default_factory=list)
    coming_up: list[Meeting] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    late: dict[Any, list[Dispatch]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What has to be counted beside the cases themselves."""

    open_answers: dict[Any, tuple[int, dt.datetime]]
    attitudes: set[Any]
    asked_for_attitudes: dict[str, dt.datetime]


def outlook(user: User, now: dt.datetime | None = None) -> Outlook:
    """All four lists for one person."""
    now = now or timezone.now()
    cases = list(chain.with_chain(Case.objects.visible_to(user)))
    facts = _facts(cases)
    ahead = [meeting for case in cases for meeting in case.meetings.all() if meeting.state in clock.OPEN]
    papers = confirmation.papers_of(ahead)
    late = confirmation.late_among(papers, ahead, now)
    inside = [one for one in ahead if policies.allows(user, "case.inside", one.case)]
    clocks = clock.clocks(inside, now, papers)
    approve = {one.meeting.case_id: one.dates.approve for one in clocks.values() if one.dates.approve}
    mine: list[Item] = []
    others: list[Item] = []
    for case in cases:
        if policies.allows(user, "case.run", case):
            mine += _for_initiator(case, user, now, approve.get(case.pk))
        mine += _for_participant(case, user, facts)
        others += _others(case, user, facts)
    mine += delivery.items(user, cases, now) + _exchange(user, now)
    for more, of_others in (steps.items(user, cases, now), minutes.items(user, cases)):
        mine += more
        others += of_others
    mine += loops.items(user, cases, now)
    others += handover.items(user, cases)
    mine += expectations.items(user, cases)
    mine += delivery.unconfirmed(user, ahead, late)
    return Outlook(
        sorted(mine, key=_urgency),
        sorted(others, key=_urgency),
        _coming(cases, now),
        cases,
        sorted(clocks.values(), key=lambda one: one.dates.next.day),
        late,
    )


def _coming(cases: list[Case], now: dt.datetime) -> list[Meeting]:
    """Meetings that are called and not over, the next one first."""
    called = (
        meeting
        for case in cases
        if case.state not in Case.RESTING
        for meeting in case.meetings.all()
        if meeting.state == Meeting.State.CALLED and meeting.ends_at >= now
    )
    return sorted(called, key=lambda meeting: meeting.starts_at)


def _facts(cases: list[Case]) -> _Facts:
    open_cells = (
        Answer.objects.filter(
            cells.relevant(), round__case__in=cases, round__opened_at=None, state=Answer.State.OPEN
        )
        .order_by()
        .values("participant")
        .annotate(count=Count("pk"), deadline=Min("round__deadline"))
    )
    return _Facts(
        open_answers={row["participant"]: (row["count"], row["deadline"]) for row in open_cells},
        attitudes={
            participant.pk
            for case in cases
            for participant in case.participants.all()
            if participant.attitudes.all()
        },
        asked_for_attitudes=_at_attitudes(cases),
    )


def _at_attitudes(cases: list[Case]) -> dict[str, dt.datetime]:
    """By the context of each case: since when it waits for attitudes."""
    waiting = [case.context for case in cases if case.state == Case.State.ATTITUDE]
    entries = AuditEntry.objects.filter(context__in=waiting, after__state=Case.State.ATTITUDE)
    return dict(entries.order_by("at").values_list("context", "at"))


def _for_initiator(case: Case, user: User, now: dt.datetime, approve: Date | None) -> Iterator[Item]:
    act = chain.next_act(case, user, now)
    if act is not None:
        # Until it is approved, the day by which that has to be is what counts, not the meeting's.
        due = approve.day if approve and case.state == Case.State.PROPOSAL else act.due
        # A command changes something, so from a list it is reached through the page that explains it.
        url = case.get_absolute_url() if act.method == "post" else act.url
        yield Item(_("%(act)s: %(what)s") % {"act": act.label, "what": case.title}, url, due=due, tone="note")


def _for_participant(case: Case, user: User, facts: _Facts) -> Iterator[Item]:
    for participant in case.participants.all():
        if participant.state not in Participant.ACTIVE or not policies.allows(
            user, "participant.speak", participant
        ):
            continue
        if not participant.is_initiator:
            yield from _replies(case, participant)
        yield from _answers(case, participant, facts)
        if case.state == Case.State.ATTITUDE and participant.pk not in facts.attitudes:
            url = reverse("meetings:attitudes", args=[case.pk])
            yield Item(
                _("State our attitude: %(case)s") % {"case": case.title},
                url,
                who=str(participant),
                since=facts.asked_for_attitudes.get(case.context),
            )


def _replies(case: Case, participant: Participant) -> Iterator[Item]:
    for meeting, invitation in _invitations(case, participant):
        if invitation.reply == Invitation.Reply.NONE:
            yield Item(
                _("Reply to the invitation: %(case)s") % {"case": case.title},
                meeting.get_absolute_url(),
                who=str(participant),
                due=meeting.starts_at,
            )


def _answers(case: Case, participant: Participant, facts: _Facts) -> Iterator[Item]:
    if participant.pk in facts.open_answers and case.state not in Case.RESTING:
        count, deadline = facts.open_answers[participant.pk]
        text = ngettext(
            "Answer %(count)d open question: %(case)s", "Answer %(count)d open questions: %(case)s", count
        )
        yield Item(
            text % {"count": count, "case": case.title},
            reverse("meetings:answers", args=[case.pk]),
            who=str(participant),
            due=deadline,
        )


def _others(case: Case, user: User, facts: _Facts) -> Iterator[Item]:
    if not policies.allows(user, "case.inside", case):
        return
    yield from _approval(case, user)
    for participant in case.participants.all():
        if participant.is_initiator or participant.state not in Participant.ACTIVE:
            continue
        if participant.state == Participant.State.CONTACTED:
            yield Item(
                _("%(name)s has not said yet whether it wants to talk") % {"name": participant},
                reverse("partners:contacts", args=[case.pk]),
                who=case.title,
            )
        for meeting, invitation in _invitations(case, participant):
            if invitation.reply == Invitation.Reply.NONE:
                yield Item(
                    _("%(name)s has not replied to the invitation") % {"name": participant},
                    reverse("meetings:delivery", args=[meeting.pk]),
                    who=case.title,
                    since=meeting.called_at,
                    due=meeting.starts_at,
                )
        yield from _missing_answers(case, participant, facts)


def _approval(case: Case, user: User) -> Iterator[Item]:
    version = chain.open_version(case)
    waits = version is not None and version.state == ProposalVersion.State.SUBMITTED
    if version is not None and waits and not policies.allows(user, "case.override", case):
        yield Item(
            _("The lead has not approved the proposal yet"),
            version.proposal.get_absolute_url(),
            who=case.title,
            since=version.submitted_at,
        )


def _missing_answers(case: Case, participant: Participant, facts: _Facts) -> Iterator[Item]:
    if participant.pk in facts.open_answers and case.state not in Case.RESTING:
        yield Item(
            _("%(name)s has not answered all seven questions") % {"name": participant},
            reverse("meetings:answers", args=[case.pk]),
            who=case.title,
            due=facts.open_answers[participant.pk][1],
        )
    if case.state == Case.State.ATTITUDE and participant.pk not in facts.attitudes:
        yield Item(
            _("%(name)s has not stated its attitude") % {"name": participant},
            reverse("meetings:attitudes", args=[case.pk]),
            who=case.title,
            since=facts.asked_for_attitudes.get(case.context),
        )


def _invitations(case: Case, participant: Participant) -> Iterable[tuple[Meeting, Invitation]]:
    return (
        (meeting, invitation)
        for meeting in case.meetings.all()
        if meeting.state == Meeting.State.CALLED
        for invitation in meeting.invitations.all()
        if invitation.participant_id == participant.pk
    )


def _exchange(user: User, now: dt.datetime) -> list[Item]:
    """Offers to check, interest to answer, private questions, and news of a yes on both sides."""
    return [
        Item(each.text, each.url, each.who, since=each.since, tone="note" if each.is_news else "waiting")
        for each in exchange_waiting.waiting_for(user, now)
    ]


def _urgency(item: Item) -> tuple[int, float]:
    """Trouble first, then what is due soonest, then what has waited longest."""
    moment = item.due or item.since
    if moment is None:
        return (item.tone != "trouble", float("inf"))
    return (
        item.tone != "trouble",
        dt.datetime.combine(moment, dt.time.min).timestamp()
        if not isinstance(moment, dt.datetime)
        else moment.timestamp(),
    )
