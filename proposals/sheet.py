"""One area's figures as the desk shows them: what is known of each member, and every key for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import Participant
from partners.models.function import Confidence
from proposals.documents import wording
from proposals.documents.ground import Ground, member_of
from proposals.estimate import Estimate, KeyResult, Origin, Solo, keys
from proposals.estimate.figures import SCENARIOS
from proposals.models import MemberInput


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount under its heading; whoever loses is named in words too."""

    heading: str
    text: str
    loses: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A named row of amounts, with what there is to say about it."""

    name: str
    cells: tuple[Cell, ...]
    remark: str = ""
    tone: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one member: each figure with where it comes from."""

    participant: Participant
    population: str
    cost: str
    origin: str
    source: str
    confidence: str
    volume: str
    fiscal_capacity: str
    property_value: str
    entry: MemberInput | None
    #: Whether the cost is the member's own, whoever told it.
    own: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the estimate says of one area to those who draft."""

    scenarios: tuple[Line, ...]
    members: tuple[str, ...]
    #: Each member's net in the three scenarios under the key of the first page.
    nets: tuple[Line, ...]
    keys: tuple[Line, ...]
    #: Keys that cannot be formed, each with the reason.
    missing: tuple[tuple[str, str], ...]
    grant: Line | None
    headline: str
    #: Why the first page does not use the key that was asked for.
    instead: str
    gaps: tuple[str, ...]


def known(ground: Ground, code: str, estimate: Estimate, currency: str) -> list[Known]:
    """A row for every member of the group."""
    solos = {solo.key: solo for solo in estimate.solos}
    return [
        _known(ground, participant, code, solos.get(str(participant.pk)), currency)
        for participant in ground.group
    ]


def sheet(estimate: Estimate, asked_key: str, scenario: str, currency: str) -> Sheet:
    """All keys for all members in one scenario, and the three scenarios under the key of the first page."""
    instead = ""
    if estimate.headline != asked_key:
        instead = _("“%(asked)s” cannot be formed here, so the first page uses “%(used)s”.") % {
            "asked": wording.key(asked_key),
            "used": wording.key(estimate.headline),
        }
    if not estimate.known:
        gaps = tuple(wording.gap(gap) for gap in estimate.gaps)
        return Sheet((), (), (), (), _missing(estimate), None, wording.key(estimate.headline), instead, gaps)
    return Sheet(
        scenarios=_scenarios(estimate, currency),
        members=tuple(solo.name for solo in estimate.solos),
        nets=_nets(estimate, currency),
        keys=tuple(_key(result, estimate, currency) for result in estimate.scenario(scenario).keys),
        missing=_missing(estimate),
        grant=_grant(estimate, currency),
        headline=wording.key(estimate.headline),
        instead=instead,
        gaps=(),
    )


# --- what is known ---------------------------------------------------------------------------------


def _known(ground: Ground, participant: Participant, code: str, solo: Solo | None, currency: str) -> Known:
    member = member_of(ground, participant, code)
    return Known(
        participant=participant,
        population=wording.number(member.population),
        cost=wording.money(solo.cost, currency) if solo else "",
        origin=wording.origin(solo.origin) if solo else "",
        source=_source(solo) if solo else "",
        confidence=str(Confidence(solo.confidence).label) if solo else "",
        volume="" if member.volume is None else wording.number(member.volume.normalize()),
        fiscal_capacity=_money(member.fiscal_capacity, currency),
        property_value=_money(member.property_value, currency),
        entry=ground.inputs.get((participant.pk, code)),
        own=member.own_cost is not None,
    )


def _source(solo: Solo) -> str:
    if not solo.own and solo.origin == Origin.ASSUMED:
        return _("cost per inhabitant of %(name)s") % {"name": solo.source}
    return solo.source


def _money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else wording.money(amount, currency)


# --- what the estimate says --------------------------------------------------------------------------


def _amounts(amounts: Mapping[str, Decimal], currency: str, *, signed: bool = False) -> tuple[Cell, ...]:
    """Amounts by their heading."""
    return tuple(
        Cell(heading, wording.money(amount, currency, signed=signed), loses=signed and amount < 0)
        for heading, amount in amounts.items()
    )


def _by_scenario(amounts: Iterable[Decimal]) -> dict[str, Decimal]:
    return dict(zip((wording.scenario(name) for name in SCENARIOS), amounts, strict=True))


def _scenarios(estimate: Estimate, currency: str) -> tuple[Line, ...]:
    found = [estimate.scenario(name) for name in SCENARIOS]
    alone = sum((solo.cost for solo in estimate.solos), Decimal(0))

    def line(name: str, amounts: Sequence[Decimal], *, signed: bool = False) -> Line:
        return Line(name, _amounts(_by_scenario(amounts), currency, signed=signed))

    return (
        line(_("All members alone"), [alone] * len(found)),
        line(_("Together: running cost"), [one.running for one in found]),
        line(_("Together: coordination"), [one.coordination for one in found]),
        line(_("Net for the group"), [one.group_net for one in found], signed=True),
        line(_("Joining up, once"), [one.transition for one in found]),
    )


def _nets(estimate: Estimate, currency: str) -> tuple[Line, ...]:
    found = [estimate.scenario(name).key(estimate.headline) for name in SCENARIOS]
    return tuple(
        Line(
            solo.name,
            _amounts(_by_scenario(one.nets[solo.key] for one in found), currency, signed=True),
        )
        for solo in estimate.solos
    )


def _key(result: KeyResult, estimate: Estimate, currency: str) -> Line:
    remark, tone = _stability(result, estimate)
    if result.error is not None:
        remark += " " + _("Sampled: exact to ± %(amount)s.") % {
            "amount": wording.money(result.error, currency)
        }
    return Line(
        name=wording.key(result.key),
        cells=_members(result.nets, estimate, currency, signed=True),
        remark=remark,
        tone=tone,
        chosen=result.key == estimate.headline,
    )


def _members(
    amounts: Mapping[str, Decimal], estimate: Estimate, currency: str, *, signed: bool = False
) -> tuple[Cell, ...]:
    """Amounts of the members in the order of the group; two may bear one name."""
    return tuple(
        cell
        for solo in estimate.solos
        for cell in _amounts({solo.name: amounts[solo.key]}, currency, signed=signed)
    )


def _stability(result: KeyResult, estimate: Estimate) -> tuple[str, str]:
    if result.in_core is None:
        return _("Too many members to test every sub-group."), "plain"
    if result.in_core:
        return _("Holds: no sub-group would do better alone."), "done"
    names = [solo.name for solo in estimate.solos if solo.key in result.blocking]
    if not names:
        return _("Does not hold: a sub-group would do better alone."), "waiting"
    words = ngettext(
        "%(names)s would do better alone.", "%(names)s would do better without the others.", len(names)
    )
    return words % {"names": wording.listed(names)}, "waiting"


def _missing(estimate: Estimate) -> tuple[tuple[str, str], ...]:
    found = []
    for key in keys.ORDER:
        if key not in estimate.missing:
            continue
        names = estimate.missing[key]
        words = _("%(what)s not known of %(names)s.") % {
            "what": _lacking(key),
            "names": wording.listed(list(names)),
        }
        found.append((wording.key(key), words if names else _("The group is too large for it.")))
    return tuple(found)


def _lacking(key: str) -> str:
    if key in (keys.USAGE, keys.BASE_USAGE):
        return _("Volume")
    return _("Property value") if key == keys.PROPERTY_VALUE else _("Fiscal capacity")


def _grant(estimate: Estimate, currency: str) -> Line | None:
    grant = estimate.terms.grant
    if grant is None or not estimate.grants:
        return None
    words = ngettext(
        "%(amount)s in one year: %(source)s. Nobody has promised it.",
        "%(amount)s over %(years)s years: %(source)s. Nobody has promised it.",
        grant.years,
    )
    return Line(
        _("Grant, in all"),
        _members(estimate.grants, estimate, currency),
        words
        % {
            "amount": wording.money(grant.amount, currency),
            "years": grant.years,
            "source": grant.source,
        },
    )
