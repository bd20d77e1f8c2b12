"""The formal meeting: notice, who sits where, what is said item by item, the four outcomes."""

from __future__ import annotations

import datetime as dt

from meetings import agenda
from meetings.models import ExplorationDecision, FormalMeeting, Invitation, NextStep, Objective, SelectedArea
from meetings.sample.border import people, post
from meetings.sample.border.ground import CAMPBELLTON, ESCUMINAC, HERON_BAY, POINTE
from meetings.sample.border.opening import FIRE, RINKS
from meetings.services import holding, outcomes, planning, recording, seating
from partners.models import Body, CandidateArea, Case
from partners.services.areas import areas_in_talks

Vote, Mandate = ExplorationDecision.Vote, Invitation.Mandate
MANDATES = {ESCUMINAC: Mandate.SUBJECT_TO_COUNCIL}

#: What was written down while people talked, by item of the agenda.
NOTES = (
    "Heron Bay lays three season plans side by side: nine weeks in which all three rinks stand cold at once. "
    "Escuminac demande une clé selon les heures de glace. Nobody wants a fourth rink.",
    "Campbellton shows calls by hour and bank. Pointe-à-la-Croix : « Nos six pompiers viendraient déjà, si "
    "les radios se parlaient. » Heron Bay would rather keep its crews out of it until its stations are "
    "settled. Costs: radios once, training hours each year.",
    "First crews and weeks of ice: two objectives, both measurable today.",
    "Both areas serve an objective. Selected tentatively; either can fall out after the study.",
    "Yes and yes-if in turn; Heron Bay abstains on the fire service. Escuminac acts subject to its council.",
    "Four steps. The two provinces are asked first: nobody assumes what they will say.",
)

OBJECTIVES = {
    FIRE: (
        "Twelve firefighters at every first alarm on both banks, by day and by night",
        "share of first alarms with twelve on scene",
        "47 % (illustrative)",
        "90 %",
        2029,
    ),
    RINKS: (
        "One rink with ice in every week from October to April, at no higher cost than today",
        "weeks with ice between October and April",
        "21 of 30 (illustrative)",
        "30 of 30",
        2028,
    ),
}
#: Vote, condition, dissent, by municipality and area.
VOTES: dict[tuple[str, str], tuple[str, str, str]] = {
    (CAMPBELLTON, FIRE): (Vote.YES, "", ""),
    (CAMPBELLTON, RINKS): (Vote.YES, "", ""),
    (POINTE, FIRE): (
        Vote.YES_IF,
        "l’étude dit dans quelle langue on commande sur place, et qui répond d’un blessé de l’autre province",
        "",
    ),
    (POINTE, RINKS): (Vote.YES, "", ""),
    (ESCUMINAC, FIRE): (Vote.YES, "", ""),
    (ESCUMINAC, RINKS): (Vote.YES, "", ""),
    (HERON_BAY, FIRE): (
        Vote.ABSTAIN,
        "",
        "Heron Bay does not want its two stations counted in a common plan before its own council has "
        "settled them, and asks that this be written down.",
    ),
    (HERON_BAY, RINKS): (Vote.YES, "", ""),
}


def convene(case: Case, starts_at: dt.datetime) -> None:
    """Mayors and deputies; the notice leaves with the invitation."""
    case.refresh_from_db()
    items = agenda.formal([str(area) for area in areas_in_talks(case)])
    plan = planning.Plan(
        starts_at,
        starts_at + dt.timedelta(hours=2, minutes=30),
        "America/Moncton",
        "Council chamber, Campbellton",
        "",
        items,
    )
    planning.convene_formal(case=case, plan=plan, actor=people.lead())


def meeting_of(case: Case) -> FormalMeeting:
    """The formal meeting."""
    return FormalMeeting.objects.get(case=case)


def sit_down(case: Case) -> None:
    """Who came, with what mandate, who leads and who writes; the observer listens."""
    meeting, host = meeting_of(case), people.focal()
    post.waive_what_did_not_leave(case, host)
    bodies = {
        Body.objects.get(name=people.OBSERVER).pk: (True, "Sacha Essai (fictitious)"),
        Body.objects.get(name=people.FACILITATOR).pk: (True, "Kim Trial (fictitious)"),
    }
    holding.record_attendance(
        meeting=meeting,
        actor=host,
        seats=[_seat(row) for row in meeting.invitations.select_related("participant__municipality")],
        table=seating.Table(people.MAYORS[CAMPBELLTON], "Robin Sample (fictitious)", bodies=bodies),
    )


def _seat(row: Invitation) -> holding.Seat:
    code = row.participant.municipality.code
    return holding.Seat(row.pk, True, people.MAYORS[code], "mayor", MANDATES.get(code, Mandate.FULL))


def write_down(case: Case) -> None:
    """A text on every item, as the person who takes the minutes typed it."""
    meeting, host = meeting_of(case), people.focal()
    for position, text in enumerate(NOTES, start=1):
        recording.keep(meeting=meeting, position=position, words=recording.Words(text, 0), actor=host)


def decide(case: Case) -> None:
    """Two objectives, two areas, a decision of each municipality on each, four next steps; closed."""
    meeting, host = meeting_of(case), people.focal()
    selected = {area.function_id: _select(meeting, area) for area in areas_in_talks(case)}
    meeting.refresh_from_db()
    rows = meeting.invitations.select_related("participant__municipality")
    voices = [
        outcomes.Voice(area.pk, row.participant_id, *VOTES[row.participant.municipality.code, function])
        for row in rows
        for function, area in selected.items()
    ]
    outcomes.decide(meeting=meeting, revision=meeting.revision, actor=host, voices=voices)


def _select(meeting: FormalMeeting, area: CandidateArea) -> SelectedArea:
    text, indicator, baseline, target, horizon = OBJECTIVES[area.function_id]
    objective = Objective(
        meeting=meeting, text=text, indicator=indicator, baseline=baseline, target=target, horizon=horizon
    )
    objective = outcomes.add_objective(objective=objective, actor=people.focal())
    why = "All who spoke named the same gap." if area.function_id == FIRE else "Three rinks, one winter."
    return outcomes.select_area(
        meeting=meeting, area=area, objective=objective, why=why, actor=people.focal()
    )


def step(case: Case, code: str, action: str, due: dt.date, *after: NextStep) -> NextStep:
    """A next step with its owner; it may come after others."""
    made = NextStep(
        meeting=meeting_of(case),
        action=action,
        owner=case.participants.get(municipality__code=code),
        owner_name=people.MAYORS[code],
        due=due,
    )
    return outcomes.add_step(step=made, actor=people.focal(), after=after)


def close(case: Case) -> None:
    """The record is closed for good."""
    outcomes.close_record(meeting=meeting_of(case), actor=people.focal())
