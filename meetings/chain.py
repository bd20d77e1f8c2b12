"""Where a case stands in the chain, and the one next step for the person who looks at it.

Works on what is already loaded: call it with cases from `with_chain`, and it asks the database nothing more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imc_portal.core.models import User
from meetings import gates
from meetings import policies as talks
from meetings.models import CaseRules, ClarificationRound, DatePoll, Meeting
from partners import policies
from partners.models import Case, Participant
from proposals.models import ProposalVersion

State = Case.State


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the progress line."""

    label: str
    state: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class NextAct:
    """What to do next, where, by what method, and by when if there is a date."""

    label: str
    url: str
    method: str = "get"
    hint: str = ""
    due: dt.datetime | None = None


#: Steps of the line with the state of the case that ends them.
LINE = (
    ("need", State.DRAFT),
    ("areas", State.AREAS_SCREENED),
    ("partners", State.PROPOSAL),
    ("proposal", State.INFORMAL_MEETING),
    ("informal", State.CLARIFICATION),
    ("answers", State.FORMAL_CONVENED),
    ("formal", State.FORMAL_HELD),
    ("minutes", State.MINUTES_AGREED),
    ("councils", State.RATIFICATION),
    ("hand_over", State.HANDED_OVER),
)


def with_chain(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with all that chain, next step and waiting lists read: a fixed number of queries."""
    taking_part = Participant.objects.exclude(
        state__in=[Participant.State.LONGLISTED, Participant.State.SET_ASIDE]
    )
    return cases.select_related("initiator", "proposal", "rules").prefetch_related(
        "bodies",
        "rounds",
        "date_polls",
        Prefetch("participants", taking_part.select_related("municipality")),
        "participants__attitudes",
        Prefetch("meetings", Meeting.objects.prefetch_related("invitations")),
        "proposal__versions",
    )


def steps(case: Case, user: User) -> list[Step]:
    """The line: done, current, to do; with addresses that this person may open."""
    urls = _urls(case, user)
    labels = {
        "need": _("Need"),
        "areas": _("Areas"),
        "partners": _("Partners"),
        "proposal": _("Proposal"),
        "informal": _("Informal meeting"),
        "answers": _("Answers"),
        "formal": _("Formal meeting"),
        "minutes": pgettext("step of a case", "Minutes"),
        "councils": pgettext("step of a case", "Councils"),
        "hand_over": _("Hand-over"),
    }
    line, current = [], False
    for key, end in LINE:
        if key == "councils" and case.state != State.RATIFICATION:
            continue  # a step of the cases alone that wait for councils
        done = case.has_reached(end) and key != "councils"
        state = "done" if done else ("todo" if current else "current")
        current = current or not done
        line.append(Step(labels[key], state, urls.get(key, "")))
    return line


def next_act(case: Case, user: User, now: dt.datetime | None = None) -> NextAct | None:
    """The one thing this person should do next in the case, if there is one."""
    now = now or timezone.now()
    if case.state in (State.PARKED, State.CLOSED, State.HANDED_OVER):
        return None
    if policies.allows(user, "case.run", case):
        return _initiators_act(case, user, now)
    return None


def open_version(case: Case) -> ProposalVersion | None:
    """The newest version of the case's proposal."""
    proposal = getattr(case, "proposal", None)
    return next(iter(proposal.versions.all()), None) if proposal else None


def open_meeting(case: Case, kind: str) -> Meeting | None:
    """The meeting of this kind that counts: planned, called or held last."""
    alive = [
        meeting for meeting in case.meetings.all() if meeting.kind == kind and meeting.state != "cancelled"
    ]
    return alive[-1] if alive else None


def _initiators_act(case: Case, user: User, now: dt.datetime) -> NextAct | None:
    url = _link(case)
    acts: dict[str, Callable[[], NextAct | None]] = {
        State.DRAFT: lambda: NextAct(_("Agree on the areas"), url("partners:areas")),
        State.AREAS_SCREENED: lambda: NextAct(_("Choose partners"), url("partners:discover")),
        State.PARTNERS_RANKED: lambda: NextAct(_("Complete the short list"), url("partners:discover")),
        State.CONTACTING: lambda: _contacting(case),
        State.PROPOSAL: lambda: _proposing(case, user),
        State.INFORMAL_MEETING: lambda: _meeting(case, Meeting.Kind.INFORMAL, now),
        State.CLARIFICATION: lambda: NextAct(_("Complete the answers"), _right("meetings:answers", case.pk)),
        State.ATTITUDE: lambda: _attitudes(case),
        State.FORMAL_CONVENED: lambda: _meeting(case, Meeting.Kind.FORMAL, now),
        State.FORMAL_HELD: lambda: _after(case, _("See to the minutes")),
        State.MINUTES_AGREED: lambda: NextAct(_("Hand the case over"), _right("meetings:handover", case.pk)),
        State.RATIFICATION: lambda: _after(case, _("See what the councils resolve")),
    }
    act = acts.get(case.state)
    return act() if act else None


def _contacting(case: Case) -> NextAct:
    if version := open_version(case):  # it went back to its areas: what was sent holds no longer
        if version.state != ProposalVersion.State.APPROVED:
            return NextAct(_("Finish the proposal"), version.proposal.get_absolute_url())
        again = reverse("proposals:new_version", args=[version.proposal_id])
        return NextAct(_("Begin a new version of the proposal"), again, method="post")
    if any(participant.state == Participant.State.ACKNOWLEDGED for participant in case.participants.all()):
        return NextAct(_("Draft the proposal"), reverse("proposals:create", args=[case.pk]), method="post")
    return NextAct(_("Log the first contacts"), _link(case)("partners:contacts"))


def _proposing(case: Case, user: User) -> NextAct | None:
    version = open_version(case)
    if version is None:
        return NextAct(_("Draft the proposal"), reverse("proposals:create", args=[case.pk]), method="post")
    desk = version.proposal.get_absolute_url()
    if version.state == ProposalVersion.State.DRAFT:
        return NextAct(_("Finish the proposal"), desk)
    meeting = open_meeting(case, Meeting.Kind.INFORMAL)
    if meeting is None:
        plan = _right("meetings:plan", case.pk, Meeting.Kind.INFORMAL)
        return _dating(case, Meeting.Kind.INFORMAL) or NextAct(_("Plan the informal meeting"), plan)
    if version.state == ProposalVersion.State.SUBMITTED:
        approval = reverse("proposals:approval", args=[version.proposal_id])
        return (
            NextAct(_("Approve the proposal"), approval, due=meeting.starts_at)
            if _leads(user, case)
            else None
        )
    return NextAct(_("See who has the papers"), reverse("meetings:delivery", args=[meeting.pk]))


def _dating(case: Case, kind: str) -> NextAct | None:
    """Fix the date, while a question for one is open."""
    prefetch_related_objects([case], "date_polls")  # nothing where `with_chain` did it already
    for poll in case.date_polls.all():
        if poll.kind == kind and poll.state == DatePoll.State.OPEN:
            return NextAct(_("Fix the date"), _right("meetings:dates", poll.pk), due=poll.answer_by)
    return None


def _meeting(case: Case, kind: str, now: dt.datetime) -> NextAct | None:
    meeting = open_meeting(case, kind)
    if meeting is None:
        return _dating(case, kind) or NextAct(_("Plan the meeting"), _right("meetings:plan", case.pk, kind))
    if meeting.state == Meeting.State.CALLED and meeting.starts_at > now:
        return NextAct(_("See who has the papers"), reverse("meetings:delivery", args=[meeting.pk]))
    label = _("Record the outcomes") if meeting.is_formal else _("Record the meeting")
    return NextAct(label, reverse("meetings:record", args=[meeting.pk]))


def _after(case: Case, label: str) -> NextAct:
    """After the formal meeting its minutes and the councils come before the hand-over."""
    held = open_meeting(case, Meeting.Kind.FORMAL)
    if held is None:
        return NextAct(_("Hand the case over"), _right("meetings:handover", case.pk))
    return NextAct(label, _right("meetings:minutes", held.pk))


def _attitudes(case: Case) -> NextAct:
    """Convene once as many are open to explore as the rules ask for; the gate itself judges the areas."""
    prefetch_related_objects([case], "participants__attitudes")  # nothing where `with_chain` did it already
    rules = CaseRules.of(case)
    ready = [row.is_initiator for row in case.participants.all() if _is_open_minded(row, rules)]
    if ready.count(False) >= rules.gate_others and (True in ready or not rules.gate_initiator):
        plan = _right("meetings:plan", case.pk, Meeting.Kind.FORMAL)
        return _dating(case, Meeting.Kind.FORMAL) or NextAct(_("Convene the formal meeting"), plan)
    return NextAct(_("See the attitudes"), _right("meetings:attitudes", case.pk))


def _is_open_minded(participant: Participant, rules: CaseRules) -> bool:
    latest = next(iter(participant.attitudes.all()), None)
    active = participant.state in Participant.ACTIVE
    return active and latest is not None and gates.counts(latest.value, rules)


def _urls(case: Case, user: User) -> dict[str, str]:
    """Addresses of the steps, as far as this person may open them."""
    url = _link(case)
    urls = {"need": case.get_absolute_url()}
    inside = policies.allows(user, "case.inside", case)
    if inside:
        urls |= {"areas": url("partners:areas"), "partners": url("partners:discover")}
    if case.is_before(State.PROPOSAL):
        return urls  # neither proposal nor meetings yet: nothing to ask the database for
    prefetch_related_objects([case], "meetings")  # read once for both kinds
    for key, kind in (("informal", Meeting.Kind.INFORMAL), ("formal", Meeting.Kind.FORMAL)):
        if meeting := open_meeting(case, kind):
            urls[key] = meeting.get_absolute_url()
    if ClarificationRound.newest_of(case) and talks.allows(user, "answers.read", case):
        urls["answers"] = _right("meetings:answers", case.pk)
    if inside:
        if version := open_version(case):
            urls["proposal"] = version.proposal.get_absolute_url()
        if case.has_reached(State.FORMAL_HELD):
            urls["minutes"] = urls["councils"] = _after(case, "").url
            urls["hand_over"] = _right("meetings:handover", case.pk)
    return urls


def _leads(user: User, case: Case) -> bool:
    return policies.allows(user, "case.override", case)


def _link(case: Case) -> Any:
    return lambda name: reverse(name, args=[case.pk])


def _right(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def waiting_names(participants: Iterable[Participant]) -> str:
    """Names in a sentence."""
    return ", ".join(str(participant.municipality) for participant in participants)
