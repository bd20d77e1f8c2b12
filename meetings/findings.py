"""What the open answers of a case say together: read from the records, told as plain values.

Whoever shows it hands in the answers that the reader may see; nothing here looks behind the seal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import matrix
from meetings.cells import authorities
from meetings.models import Answer, NamedCall
from partners.discovery import funding
from partners.funding_data import group_of, rules_of
from partners.models import AuthorityStance, Body, CandidateArea, Case, FundingCall, Municipality, Participant

#: Rules that a call named by a municipality cannot break: nobody wrote them down.
UNWRITTEN = ("country", "functions")


class ProposedStep(NamedTuple):
    """A next step that the answers suggest; an area without a named authority has no body."""

    text: str
    area: CandidateArea
    body: Body | None


@dataclass(frozen=True, slots=True)
class Offer:
    """One call against the municipalities in the talks that did not refuse it."""

    title: str
    rules: Sequence[funding.Rule]
    group: Sequence[Municipality]
    #: The call as the portal knows it, or as a municipality named it.
    call: FundingCall | None = None
    named: NamedCall | None = None
    told_by: str = ""
    said: matrix.CallFindings | None = None


@dataclass(frozen=True, slots=True)
class Talks:
    """What a case talks about, with the records behind the keys of the findings."""

    areas: Sequence[CandidateArea]
    bodies: Sequence[Body]
    calls: Sequence[FundingCall]
    topics: matrix.Topics

    def area(self, key: str) -> CandidateArea:
        """The area of a finding."""
        return next(area for area in self.areas if str(area.pk) == key)

    def body(self, key: str) -> Body | None:
        """The authority of a finding, if it is named."""
        return next((body for body in self.bodies if str(body.pk) == key), None)


def talks_of(case: Case, areas: Sequence[CandidateArea], calls: Sequence[FundingCall] = ()) -> Talks:
    """The topics of these areas and calls: authorities attached to the case, stances on record."""
    stances = list(AuthorityStance.objects.filter(area__in=areas).select_related("body"))
    attached = authorities(case)
    others = {stance.body_id: stance.body for stance in stances}
    bodies = [*attached, *(body for pk, body in others.items() if body not in attached)]
    topics = matrix.Topics(
        areas={str(area.pk): str(area.function_id) for area in areas},
        calls=[str(call.pk) for call in calls],
        bodies=[str(body.pk) for body in attached],
        stances=[_stance(stance) for stance in stances],
    )
    return Talks(areas, bodies, calls, topics)


def said(answer: Answer) -> matrix.Said:
    """An answer as a plain value."""
    return matrix.Said(
        who=str(answer.participant.municipality),
        question=answer.question,
        area=str(answer.area_id or ""),
        function=answer.area.function_id if answer.area else "",
        call=str(answer.call_id or ""),
        body=str(answer.body_id or ""),
        state=answer.state,
        choice=answer.choice,
        causes=answer.causes,
        text=answer.text,
        owner=answer.owner,
        due=answer.due,
        said_by=answer.said_by,
        said_on=answer.said_on,
        how=answer.how,
        disputed_by=answer.disputed_by,
        dispute=answer.dispute,
        about=answer.about,
    )


def proposed_steps(case: Case) -> list[ProposedStep]:
    """“Ask …” for each area in the talks on which the stance of an authority is unknown; never assumed.

    Counts what is open to the parties of the case, so it is for their eyes.
    """
    agreed = case.areas.filter(state=CandidateArea.State.AGREED).select_related("function")
    areas = list(agreed.order_by("function__code", "mode"))
    opened = Answer.objects.of_case(case).filter(round__opened_at__isnull=False)
    seen = opened.select_related("participant__municipality", "area__function", "body", "call")
    talks = talks_of(case, areas)
    found = matrix.findings([said(answer) for answer in seen], talks.topics)
    return [_ask(talks.area(one.area), talks.body(body)) for one in found.areas for body in one.ask]


def offers(
    case: Case, present: Sequence[Participant], seen: Iterable[Answer], found: matrix.Findings, talks: Talks
) -> list[Offer]:
    """Which funding the present group can get: known calls and named ones, those without a broken rule first.

    Who has said no to a call is left out of its group; `seen` come with their named calls.
    """
    functions = {area.function_id for area in talks.areas}
    known = [
        _known(call, one, present, functions) for call, one in zip(talks.calls, found.calls, strict=True)
    ]
    named = [
        _named(named, answer, present)
        for answer in seen
        if answer.names_calls and answer.state == Answer.State.ANSWERED
        for named in answer.named_calls.all()
    ]
    return sorted(known + named, key=lambda offer: not funding.is_eligible(offer.rules))


def _known(
    call: FundingCall, said: matrix.CallFindings, present: Sequence[Participant], functions: set[str]
) -> Offer:
    group = [
        who.municipality
        for who in present
        if who.municipality.country == call.country and str(who) not in said.refusing
    ]
    rules = rules_of(call)
    return Offer(call.title, _rules(rules, group, functions), group, call=call, said=said)


def _named(named: NamedCall, answer: Answer, present: Sequence[Participant]) -> Offer:
    """By the rules that the municipality knows; what it left empty is no rule here."""
    group = [who.municipality for who in present]
    today = timezone.localdate()
    rules = funding.Call(
        title=named.name,
        country=group[0].country if group else "",
        deadline=named.deadline or today,
        min_partners=named.min_partners or 0,
        min_population=named.min_population,
        min_years=named.min_years,
        own_share=named.own_share,
    )
    left_out = {*UNWRITTEN}
    left_out |= set() if named.deadline else {"open"}
    left_out |= set() if named.min_partners else {"members"}
    kept = [rule for rule in _rules(rules, group, set()) if rule.key not in left_out]
    return Offer(named.name, kept, group, named=named, told_by=str(answer.participant))


def _rules(call: funding.Call, group: Sequence[Municipality], functions: set[str]) -> list[funding.Rule]:
    return funding.eligibility(call, group_of(group, functions)) if group else []


def _stance(stance: AuthorityStance) -> matrix.Stance:
    return matrix.Stance(
        area=str(stance.area_id),
        body=str(stance.body_id),
        stance=stance.stance,
        said_by=stance.said_by,
        said_on=stance.said_on,
        how=stance.how,
    )


def _ask(area: CandidateArea, body: Body | None) -> ProposedStep:
    if body is None:
        text = _(
            "Ask which regional or central authority it concerns, and whether it would support %(area)s."
        )
        return ProposedStep(text % {"area": area}, area, None)
    text = _("Ask %(body)s whether it would support %(area)s.")
    return ProposedStep(text % {"body": body, "area": area}, area, body)
