"""The municipality that joins late: its own paper, its own lead time, its own questions."""

from __future__ import annotations

import datetime as dt

from meetings.sample.border import opening, people, talks
from meetings.sample.border.ground import HERON_BAY, town
from meetings.services import answers, planning
from partners.models import Case
from partners.services import discovery
from proposals.models import ProposalVersion
from proposals.services import drafting, versions

WHAT_CHANGED = (
    "Heron Bay has joined after the first meeting and has an annex of its own. Areas and figures of the "
    "others are as before."
)


def ask_in(case: Case) -> None:
    """Heron Bay is chosen and says on the telephone that it would like to come."""
    discovery.choose(case=case, municipalities=[town(HERON_BAY)], actor=people.focal())
    opening.log(
        case,
        HERON_BAY,
        "open",
        "Heard of the talks from the regional commission and asks to join: two rinks and money for one. "
        "Wants the same papers and the same time to read them as the others had.",
    )


def renew_proposal(case: Case, answer_by: dt.date) -> ProposalVersion:
    """Version 2, in which the newcomer has its own annex."""
    actor = people.focal()
    version = versions.new_version(proposal=case.proposal, actor=actor)
    drafting.save_common(
        version=version,
        revision=version.revision,
        actor=actor,
        what_changed=WHAT_CHANGED,
        answer_by=answer_by,
    )
    opening.say(version.annexes.get(participant__municipality__code=HERON_BAY))
    return version


def plan_second_meeting(case: Case, starts_at: dt.datetime) -> None:
    """In the newcomer's town, late enough for its lead time."""
    place = "Town hall, Dalhousie, Heron Bay"
    planning.plan_meeting(case=case, plan=talks.plan(case, starts_at, place), actor=people.focal())


def ask_questions(case: Case, deadline: dt.datetime) -> None:
    """The seven questions for the newcomer alone; what the others said stays sealed to it until then."""
    participant = talks.participant(case, HERON_BAY)
    answers.open_round_for(participant=participant, deadline=deadline, actor=people.focal())
