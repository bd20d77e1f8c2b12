"""Benefits, costs and risks that the portal can suggest for one recipient, each with where it comes from.

They rest on the recipient's own figures, on what is public of it, and on what the initiator's ranking knew of
it; never on what another municipality said. Amounts are tokens: they are filled when the paper is composed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from partners.discovery.funding import Group, eligibility, is_eligible
from partners.discovery.geography import great_circle_km
from partners.funding_data import calls_for, group_of, rules_of
from partners.models import Case, FundingCall, Municipality, Participant
from proposals.documents import wording
from proposals.documents.facts import Facts, recipients
from proposals.documents.text import line
from proposals.estimate import Estimate, Origin
from proposals.estimate.effect import coordination_rate
from proposals.models import Annex, Statement

Kind, From = Statement.Kind, Statement.Origin
#: Nearer than this nobody calls a service remote.
REMOTE_KM = 10
#: Fewer municipalities than this decide about as fast as one.
SLOW_FROM = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A statement somebody may use; one that rests on data stands in the annex from the start."""

    kind: str
    text: str
    indicator: str
    confidence: str
    origin: str
    on_data: bool = True

    @property
    def digest(self) -> str:
        """Tells whether it is still the one somebody had before them."""
        said = "\0".join((self.kind, self.text, self.indicator, self.confidence, self.origin))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def is_benefit(self) -> bool:
        """Benefit, as against cost or risk."""
        return self.kind in Statement.BENEFITS

    @property
    def kind_words(self) -> str:
        """Its type in words."""
        return str(Kind(self.kind).label)

    @property
    def origin_words(self) -> str:
        """Where it comes from."""
        return str(From(self.origin).label)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the suggestions of all annexes rest on, read once."""

    facts: Facts
    initiator: Municipality
    group: Group
    calls: Sequence[FundingCall]
    #: (municipality, code) of the functions in the talks that are among the needs of the case.
    needs: frozenset[tuple[int, str]]


def ground_of(case: Case, facts: Facts) -> Ground:
    """Read calls and needs for the group as it stands."""
    codes = [one.service.code for one in facts.estimates]
    members = [case.initiator, *(one.municipality for one in recipients(case))]
    needs = case.needs.filter(function__in=codes).values_list("municipality_id", "function_id")
    return Ground(
        facts=facts,
        initiator=case.initiator,
        group=group_of(members, codes),
        calls=calls_for(case.initiator.country, codes) if codes else [],
        needs=frozenset(needs),
    )


def suggestions(participant: Participant, ground: Ground) -> list[Suggestion]:
    """All that can be suggested for one recipient; benefits and costs as they are read."""
    if str(participant.pk) not in {member.key for member in ground.facts.members}:
        return []
    found = [*_from_figures(participant, ground), *_from_case(participant, ground), *_from_size(ground)]
    return sorted(found, key=lambda one: not one.is_benefit)


def written_in(annex: Annex, found: Sequence[Suggestion]) -> list[Statement]:
    """The statements that an annex begins with, not saved: those that rest on data."""
    return [
        Statement(
            annex=annex,
            kind=one.kind,
            text=one.text,
            indicator=one.indicator,
            confidence=one.confidence,
            origin=one.origin,
            position=place,
        )
        for place, one in enumerate(found)
        if one.on_data
    ]


def _say(kind: str, origin: str, text: str, **more: Any) -> Suggestion:
    indicator, confidence = more.pop("indicator", ""), more.pop("confidence", "low")
    return Suggestion(kind, line(text, 1000), line(indicator, 200), confidence, origin, **more)


# --- from the estimate -----------------------------------------------------------------------


def _from_figures(participant: Participant, ground: Ground) -> Iterator[Suggestion]:
    key = str(participant.pk)
    for one in ground.facts.estimates:
        if one.known:
            yield from _net(one, key)
            yield _transition(one)
            yield _coordination(one)
        if one.reaches_scale and participant.municipality.population < (one.service.effect.scale or 0):
            yield _size(one)


def _net(one: Estimate, key: str) -> Iterator[Suggestion]:
    net = one.scenario("central").key(one.headline).nets[key]
    words = {"function": _name(one), "code": one.service.code}
    solo = next(solo for solo in one.solos if solo.key == key)
    sure = "low" if solo.origin == Origin.ASSUMED else one.service.effect.confidence
    seen = _("cost of %(function)s a year, against {cost %(code)s} today") % words
    if net > 0:
        text = _(
            "By our estimate %(function)s costs you {cost %(code)s} a year alone; together you would be "
            "better off by {net %(code)s} a year once all is running (between {low %(code)s} and "
            "{high %(code)s})."
        )
        yield _say(Kind.UNIT_COST, From.ESTIMATE, text % words, indicator=seen, confidence=sure)
    elif net < 0:
        text = _(
            "By our estimate %(function)s would cost you more together than alone: your net is "
            "{net %(code)s} a year (between {low %(code)s} and {high %(code)s})."
        )
        yield _say(Kind.HIGHER_COST, From.ESTIMATE, text % words, indicator=seen, confidence=sure)


def _transition(one: Estimate) -> Suggestion:
    text = _(
        "Joining up %(function)s costs once, in the first year: about {once %(code)s} for all of us together."
    ) % {"function": _name(one), "code": one.service.code}
    return _say(Kind.TRANSITION, From.ESTIMATE, text, indicator=_("bills of the first year"))


def _coordination(one: Estimate) -> Suggestion:
    members = len(one.solos)
    share = wording.percent(coordination_rate(members)).lstrip("+")
    text = _(
        "%(count)d municipalities have to agree on %(function)s: that takes about %(share)s of its joint "
        "cost, and more with every further partner."
    ) % {"count": members, "function": _name(one), "share": share}
    return _say(
        Kind.DUPLICATION, From.ESTIMATE, text, indicator=_("hours of coordination a month"), on_data=False
    )


def _size(one: Estimate) -> Suggestion:
    text = _(
        "Alone you have {people} inhabitants, together we have {group}: enough for the %(scale)s from which "
        "%(function)s is run at efficient scale."
    ) % {"scale": wording.number(one.service.effect.scale or 0), "function": _name(one)}
    sure = one.service.effect.confidence
    return _say(Kind.MINIMUM_SIZE, From.ESTIMATE, text, confidence=sure if sure != "none" else "low")


# --- from what the case and the initiator's ranking know ----------------------------------------


def _from_case(participant: Participant, ground: Ground) -> Iterator[Suggestion]:
    yield from _needs(participant, ground)
    for call in ground.calls:
        if (rules := eligibility(rules_of(call), ground.group)) and is_eligible(rules):
            yield _funding(call, sure=all(rule.met for rule in rules))
    km = _km(participant, ground.initiator)
    if km >= REMOTE_KM:
        text = _(
            "Your town hall and that of %(name)s lie %(km)s km apart as the crow flies: whoever needs the "
            "service in person may have farther to go."
        ) % {"name": ground.initiator, "km": wording.number(round(km))}
        seen = _("minutes to the nearest counter or depot")
        yield _say(Kind.REMOTENESS, From.RANKING, text, indicator=seen)


def _needs(participant: Participant, ground: Ground) -> Iterator[Suggestion]:
    own = {code for municipality, code in ground.needs if municipality == participant.municipality_id}
    for one in ground.facts.estimates:
        if one.service.code in own:
            text = _("You have named %(function)s as a need as well: what one of us builds up serves both.")
            yield _say(Kind.SHARED_OVERHEADS, From.NEED, text % {"function": _name(one)}, confidence="medium")
    if not own and (_raw(participant, "shared_problem").get("shared_severity") or 0) > 0:
        text = _("As far as we know you have the same problem: what one of us builds up serves both.")
        yield _say(Kind.SHARED_OVERHEADS, From.RANKING, text)


def _funding(call: FundingCall, *, sure: bool) -> Suggestion:
    text = _(
        "Together we are within reach of the call “%(title)s” of %(funder)s, open until %(day)s; "
        "what it asks for beyond our number and size is still to be shown."
    ) % {"title": call.title, "funder": call.funder, "day": wording.day(call.deadline)}
    seen = _("grant applied for, grant received")
    return _say(Kind.FUNDING, From.FUNDING, text, indicator=seen, confidence="medium" if sure else "low")


def _km(participant: Participant, initiator: Municipality) -> float:
    """As the ranking measured it, else between the two points on record; 0 when not known."""
    measured = _raw(participant, "proximity").get("km")
    if measured is not None:
        return float(measured)
    here, there = initiator, participant.municipality
    if None in (here.latitude, here.longitude, there.latitude, there.longitude):
        return 0.0
    points = np.array([there.latitude], float), np.array([there.longitude], float)
    km = float(great_circle_km(float(here.latitude or 0), float(here.longitude or 0), *points)[0])
    return 0.0 if math.isnan(km) else km


def _raw(participant: Participant, factor: str) -> dict[str, Any]:
    """Raw values of a factor in the ranking this recipient was chosen on."""
    rows = participant.ranking.rows if participant.ranking else []
    row = next((row for row in rows if row["key"] == participant.municipality_id), None) or {}
    found = (row.get("factors") or {}).get(factor) or {}
    return dict(found.get("raw") or {})


# --- from the size of the group -------------------------------------------------------------------


def _from_size(ground: Ground) -> Iterator[Suggestion]:
    count = {"count": len(ground.facts.members)}
    text = _("What you decide alone today, %(count)d municipalities would agree on.") % count
    yield _say(Kind.CONTROL, From.GROUP, text, confidence="medium", on_data=False)
    if len(ground.facts.members) >= SLOW_FROM:
        text = _("%(count)d councils have to be heard: decisions take longer than in one.") % count
        seen = _("weeks from a request to its decision")
        yield _say(Kind.SLOWER, From.GROUP, text, indicator=seen, on_data=False)


def _name(one: Estimate) -> str:
    return _(one.service.name).lower()
