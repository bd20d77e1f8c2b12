"""The beginning: two needs, two areas, whom to ask, what each of them would gain and pay."""

from __future__ import annotations

import random
from decimal import Decimal

from django.utils import timezone

from meetings.sample.border import people
from meetings.sample.border.ground import CAMPBELLTON, ESCUMINAC, HERON_BAY, POINTE, RISTIGOUCHE, town
from meetings.sample.people import person
from partners.models import Baseline, Body, CandidateArea, Case, Function, Need, OfficeHolder, Participant
from partners.models.function import Mode
from partners.services import areas, cases, discovery, needs, participants
from proposals.models import Annex, ProposalVersion
from proposals.services import approval, statements, versions

TITLE = "Fire service and ice rinks on both banks of the Restigouche"
FIRE, RINKS = "SAF-FIR", "REC-SPO"


def record_needs(dice: random.Random) -> Need:
    """Campbellton's two needs with what they cost; the figures are illustrative."""
    cost = Decimal(dice.randint(196, 214) * 10_000)
    fire = _need(
        Need(
            function_id=FIRE,
            kind=Need.Kind.PERFORMANCE,
            severity=3,
            causes=["no_staff", "outdated"],
            statement="Our ladder truck is the only one within forty minutes on either bank, and on weekdays "
            "we field seven of the twelve firefighters that a first alarm should bring.",
            evidence="First alarms in 2025 with fewer than twelve on scene: 31 of 58. The truck is of 2003. "
            "(Illustrative figures.)",
        ),
        Baseline(
            annual_cost=cost,
            volume=Decimal(212),
            volume_unit="calls",
            staff_fte=Decimal(14),
            quality="first crew on scene in 9 minutes on weekdays (illustrative)",
        ),
    )
    _need(
        Need(
            function_id=RINKS,
            kind=Need.Kind.OPPORTUNITY,
            severity=2,
            causes=["no_money", "too_small"],
            statement="Each rink on the two banks is empty on weekday mornings and full on Saturdays; none "
            "of us can pay for a new compressor alone.",
            evidence="Ice booked on weekdays before three: 22 %. Offer for a compressor: 640,000 dollars. "
            "(Illustrative figures.)",
        ),
        Baseline(annual_cost=Decimal(780_000), volume=Decimal(2_900), volume_unit="hours of ice"),
    )
    return fire


def _need(need: Need, baseline: Baseline) -> Need:
    need.municipality, need.owner = town(CAMPBELLTON), person("focal@campbellton.example")
    baseline.year, baseline.confidence = 2025, "medium"
    baseline.source = "illustrative figure for the demo"
    return needs.keep_need(need=need, baseline=baseline, actor=people.focal())


def open_case(need: Need) -> Case:
    """The case on the first need, with both areas in the talks."""
    actor = people.focal()
    case = cases.open_case(
        need=need, title=TITLE, trigger=Case.Trigger.FINANCES, lead_time_days=10, actor=actor
    )
    fire = case.areas.get()
    fire.mode, fire.need_grade = Mode.JOINT_PRODUCTION, CandidateArea.Grade.STRONG
    rinks = CandidateArea(case=case, function_id=RINKS, mode=Mode.JOINT_PRODUCTION)
    case.needs.add(Need.objects.get(municipality=case.initiator, function=RINKS))
    for area in (fire, rinks):
        areas.keep_area(area=area, actor=actor)
        areas.agree_area(area=area, actor=actor)
    cases.advance(case=case, to=Case.State.AREAS_SCREENED, actor=actor)
    return case


def choose(case: Case) -> None:
    """Three towns across the river on the short list, the others set aside with a reason."""
    actor = people.focal()
    chosen = [town(code) for code in (POINTE, ESCUMINAC, RISTIGOUCHE)]
    discovery.choose(case=case, municipalities=chosen, actor=actor)
    discovery.set_rest_aside(
        case=case,
        actor=actor,
        reason="More than half an hour from both stations: ask again once the first talks are over. "
        "(Illustrative.)",
    )
    discovery.begin_contacting(case=case, actor=actor)
    for body in (people.OBSERVER, people.FACILITATOR):
        cases.attach_body(case=case, body=Body.objects.get(name=body), actor=actor)


def call_around(case: Case) -> None:
    """Two are open to talk, one says no and why."""
    log(case, POINTE, "open", "La mairie veut parler d’incendie d’abord ; demande qui paie le pont en hiver.")
    log(case, ESCUMINAC, "open", "Intéressée par les deux ; le conseil aura le dernier mot.")
    log(
        case,
        RISTIGOUCHE,
        "declined",
        "Cent soixante-dix habitants et une seule employée : le conseil vient de signer pour cinq ans avec "
        "Matapédia et ne veut pas de pourparlers de plus. (Illustratif.)",
    )


def log(case: Case, code: str, result: str, summary: str) -> Participant:
    """A call to a mayor, on record."""
    participant: Participant = case.participants.get(municipality__code=code)
    participants.log_contact(
        participant=participant,
        contact=OfficeHolder.objects.get(municipality=participant.municipality, office="mayor"),
        channel="phone",
        result=result,
        summary=summary,
        at=timezone.now(),
        actor=people.focal(),
    )
    return participant


#: Benefit and cost of each recipient: kind, words, how one would see it, confidence.
STATEMENTS = {
    POINTE: (
        (
            "minimum_size",
            "Une première alerte à douze pompiers des deux rives, de jour comme de nuit.",
            "alertes avec douze pompiers sur place",
            "medium",
        ),
        (
            "shared_overheads",
            "Un seul contrat d’entretien pour les appareils respiratoires des deux casernes.",
            "coût annuel de l’entretien",
            "low",
        ),
        ("control", "Le plan d’intervention serait convenu à plusieurs, en deux langues.", "", "medium"),
    ),
    ESCUMINAC: (
        (
            "equal_level",
            "Une échelle à moins de trente minutes, que vous n’avez pas aujourd’hui.",
            "minutes jusqu’à l’arrivée de l’échelle",
            "medium",
        ),
        (
            "funding",
            "Une patinoire commune peut demander ce qu’un village de six cents habitants ne peut pas.",
            "demandes déposées ensemble",
            "low",
        ),
        (
            "remoteness",
            "La caserne commune serait à une vingtaine de kilomètres de chez vous.",
            "minutes jusqu’à la première équipe",
            "medium",
        ),
    ),
    HERON_BAY: (
        (
            "coordination",
            "One season plan for three rinks: no two of them closed for repairs at the same time.",
            "weeks with a rink closed",
            "medium",
        ),
        (
            "unit_cost",
            "Your crew trains with ours and not in Bathurst, an hour away.",
            "hours of travel to training a year",
            "low",
        ),
        ("slower", "Four councils, two provinces: what one decides today would take a season.", "", "medium"),
    ),
}


def draft(case: Case) -> ProposalVersion:
    """Version 1 with what each of the two would gain and pay."""
    version = versions.start(case=case, actor=people.focal()).versions.get()
    for annex in version.annexes.select_related("participant__municipality"):
        say(annex)
    return version


def say(annex: Annex) -> None:
    """The statements to one recipient; what rests on data is suggested, looked at and confirmed."""
    actor = people.focal()
    for kind, text, indicator, confidence in STATEMENTS[annex.participant.municipality.code]:
        statements.add_statement(
            annex=annex, kind=kind, text=text, indicator=indicator, confidence=confidence, actor=actor
        )
    statements.renew_suggestions(annex=annex, actor=actor)
    statements.confirm_statements(annex=annex, actor=actor)


def approve(version: ProposalVersion) -> None:
    """Four eyes: the focal point submits, the mayor approves."""
    version.refresh_from_db()
    submitted = approval.submit(version=version, actor=people.focal())
    approval.approve(version=submitted, actor=people.lead())


def function(code: str) -> Function:
    """A function of the catalogue."""
    return Function.objects.get(pk=code)
