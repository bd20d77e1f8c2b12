"""The demo case, brought from stage to stage through the services that people use."""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from meetings.sample import money, people, talks
from meetings.sample.border import ground as border_ground
from meetings.sample.border import people as border_people
from meetings.sample.border import play as border
from meetings.sample.people import Login, municipality, person
from partners.models import Baseline, Body, CandidateArea, Case, Function, Need, OfficeHolder
from partners.models.function import Mode
from partners.services import areas, cases, discovery, needs, participants
from proposals.models import Annex, ProposalVersion
from proposals.services import approval, statements, versions

STAGES = ("needs", "contacted", "proposed", "informal", "formal", "handed_over", "complete")
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
TITLE = "Shared winter service in the Haut-Jura"


@dataclass(slots=True)
class Play:
    """What the stages hand on to each other."""

    now: dt.datetime
    dice: random.Random
    told_at: dt.datetime
    case: Case | None = None

    def the_case(self) -> Case:
        """The case, once it is opened."""
        if self.case is None:
            raise RuntimeError("the case is opened in the stage “contacted”")
        return self.case


def play(stage: str, *, seed: int, now: dt.datetime | None = None) -> Case | None:
    """Run all stages up to this one; the later stages lie partly in the past."""
    now = now or timezone.now()
    begun = now - talks.PAST.get(stage, dt.timedelta())
    dice = random.Random(seed)  # noqa: S311  # sample figures, no secrets
    state = Play(now=begun, dice=dice, told_at=now)
    for name in STAGES[: STAGES.index(stage) + 1]:
        ACTS[name](state)
    return state.case


def _needs(state: Play) -> None:
    """Two needs of the initiator, the first with a baseline."""
    focal = person("focal@hauts-de-bienne.example")
    cost = Decimal(state.dice.randint(388, 432) * 1000)
    needs.keep_need(
        need=Need(
            municipality=municipality(people.INITIATOR),
            function=Function.objects.get(pk="ECO-ROA"),
            kind=Need.Kind.PERFORMANCE,
            severity=3,
            causes=["too_small", "no_staff"],
            statement="Two of our five snow ploughs are older than fifteen years, and we find no drivers "
            "for the night round. Roads on the plateau open later.",
            evidence="Complaints in the winter 2025/26: 61, against 24 three winters before. Repairs of the "
            "two old ploughs: 47,000 euro in 2025. (Illustrative figures.)",
            owner=focal,
        ),
        baseline=Baseline(
            annual_cost=cost,
            volume=Decimal(118),
            volume_unit="km of road",
            staff_fte=Decimal("6.5"),
            year=2025,
            quality="main roads open by 6:30 on 71 % of snow days",
            source="illustrative figure for the demo",
            confidence="medium",
        ),
        actor=Actor.person(focal),
    )
    needs.keep_need(
        need=Need(
            municipality=municipality(people.INITIATOR),
            function=Function.objects.get(pk="REC-LIB"),
            kind=Need.Kind.OPPORTUNITY,
            severity=2,
            causes=["no_money"],
            statement="The media library opens nine hours a week; a shared one could open twenty.",
            evidence="Loans fell by a fifth since 2022. (Illustrative figure.)",
            owner=focal,
        ),
        baseline=None,
        actor=Actor.person(focal),
    )


def _contacted(state: Play) -> None:
    """A case on the first need, its area in the talks, three partners chosen and spoken to."""
    focal = person("focal@hauts-de-bienne.example")
    actor = Actor.person(focal)
    need = Need.objects.get(function="ECO-ROA")
    case = state.case = cases.open_case(
        need=need, title=TITLE, trigger=Case.Trigger.FINANCES, lead_time_days=10, actor=actor
    )
    area = case.areas.get()
    area.mode, area.need_grade = Mode.JOINT_PRODUCTION, CandidateArea.Grade.STRONG
    areas.keep_area(area=area, actor=actor)
    areas.agree_area(area=area, actor=actor)
    cases.advance(case=case, to=Case.State.AREAS_SCREENED, actor=actor)
    _choose(case, actor)
    for code, summary in (
        ("39367", "The mayor likes the idea; same trouble with drivers. Wants to see figures."),
        (
            "39470",
            "Open to talk. The ski resort needs its roads first: priorities would have to be written down.",
        ),
        ("39297", "Open to talk; asks who would own the machines."),
    ):
        participant = case.participants.get(municipality__code=code)
        contact = OfficeHolder.objects.filter(municipality__code=code, office="mayor").get()
        participants.log_contact(
            participant=participant,
            contact=contact,
            channel="phone",
            result="open",
            summary=summary,
            at=state.now - dt.timedelta(days=2),
            actor=actor,
        )
    for body in ("Région Bourgogne-Franche-Comté", "Association des maires du Jura"):
        cases.attach_body(case=case, body=Body.objects.get(name=body), actor=actor)


def _choose(case: Case, actor: Actor) -> None:
    """Three on the short list; every other neighbour set aside with a reason."""
    discovery.choose(case=case, municipalities=[municipality(code) for code in people.PARTNERS], actor=actor)
    discovery.set_rest_aside(
        case=case,
        actor=actor,
        reason="Clears its roads by a contract that runs until 2029: ask again then. (Illustrative.)",
    )
    discovery.begin_contacting(case=case, actor=actor)


#: Benefit and cost of each recipient: kind, words, how one would see it, confidence.
STATEMENTS = {
    "39367": (
        (
            "unit_cost",
            "One night round instead of two on the road that we share.",
            "kilometres driven twice",
            "medium",
        ),
        (
            "shared_overheads",
            "A mechanic for all ploughs instead of three contracts.",
            "cost of repairs a year",
            "low",
        ),
        ("control", "The order of clearing would be agreed by four, not set by you alone.", "", "medium"),
    ),
    "39470": (
        (
            "equal_level",
            "The pass road open at the same hour on both sides.",
            "opening hour on snow days",
            "medium",
        ),
        (
            "minimum_size",
            "A second night shift that none of us can staff alone.",
            "nights with two crews",
            "low",
        ),
        (
            "free_riding",
            "You have the most snow: others may fear to pay for it, and ask for a key by kilometres.",
            "hours of work by municipality",
            "low",
        ),
    ),
    "39297": (
        ("unit_cost", "Access to a large plough without buying one.", "cost per kilometre", "low"),
        ("remoteness", "The depot would be 14 km from your village.", "minutes to the first run", "medium"),
        (
            "transition",
            "Radios and a common road plan cost once, about 3,000 euro each. (Illustrative.)",
            "",
            "low",
        ),
    ),
}


def _proposed(state: Play) -> None:
    """Version 1 drafted and submitted, the informal meeting planned; the lead has the next word."""
    case = state.the_case()
    actor = Actor.person(person("focal@hauts-de-bienne.example"))
    proposal = versions.start(case=case, actor=actor)
    version = proposal.versions.get()
    money.tell(proposal, actor)
    for annex in version.annexes.select_related("participant__municipality"):
        _state_benefits(annex, actor)
        statements.renew_suggestions(annex=annex, actor=actor)
        statements.confirm_statements(annex=annex, actor=actor)
    version.refresh_from_db()
    talks.plan_informal(case, state.now, actor)
    approval.submit(version=version, actor=actor)


def _state_benefits(annex: Annex, actor: Actor) -> None:
    for kind, text, indicator, confidence in STATEMENTS[annex.participant.municipality.code]:
        statements.add_statement(
            annex=annex, kind=kind, text=text, indicator=indicator, confidence=confidence, actor=actor
        )


def _informal(state: Play) -> None:
    """Approved by the lead, printed, queued to each recipient; the first replies are in."""
    case = state.the_case()
    lead = Actor.person(person("mayor@hauts-de-bienne.example"))
    approval.approve(version=ProposalVersion.objects.get(proposal__case=case), actor=lead)
    talks.send_papers(case, state.now)
    talks.first_replies(case, state.now)


def _formal(state: Play) -> None:
    """Answers open, informal meeting held, attitudes stated, formal meeting convened."""
    talks.clarify_and_hold(state.the_case(), state.now)
    talks.convene(state.the_case(), state.now + talks.PAST["formal"])


def _handed_over(state: Play) -> None:
    """Four outcomes on record, the package made."""
    talks.decide(state.the_case())
    talks.hand_over(state.the_case())


def _complete(state: Play) -> None:
    """A second case beside the first: five municipalities, two languages, two time zones, to the very end."""
    state.case = border.play(dice=state.dice, now=state.told_at)


ACTS: dict[str, Callable[[Play], None]] = {
    "needs": _needs,
    "contacted": _contacted,
    "proposed": _proposed,
    "informal": _informal,
    "formal": _formal,
    "handed_over": _handed_over,
    "complete": _complete,
}


def make_people(stage: str, password: str) -> tuple[Login, ...]:
    """The accounts that play up to this stage, on the ground that they need; returns them."""
    people.make_people(password)
    if stage != "complete":
        return people.LOGINS
    border_ground.lay()
    border_people.make_people(password)
    return people.LOGINS + border_people.LOGINS


def first_look(case: Case | None) -> str:
    """Where a newcomer begins."""
    return case.get_absolute_url() if case else reverse("home")
