"""Where every figure comes from: evidence, what members pay and use today, and the terms of the reckoning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models.function import Confidence
from proposals.documents import wording
from proposals.documents.context import Row, Table
from proposals.documents.text import line
from proposals.estimate import Estimate, Origin, Solo, Terms
from proposals.estimate.figures import SCENARIOS
from proposals.estimate.scenarios import RAMP, TRANSITION

#: What is known of each term beside its value: source and confidence.
Known = tuple[str, str, str, str]


def source_tables(estimates: Sequence[Estimate], currency: str) -> tuple[Table, ...]:
    """All inputs with value, origin, source and confidence; equal for all readers."""
    found = [_evidence(estimates), *(_members(one, currency) for one in estimates if one.solos)]
    if any(solo.fiscal_capacity or solo.property_value for one in estimates for solo in one.solos):
        found.append(_registers(estimates, currency))
    if any(one.known for one in estimates):
        found.append(_terms([one for one in estimates if one.known], currency))
    return tuple(table for table in found if table.rows)


def _evidence(estimates: Sequence[Estimate]) -> Table:
    return Table(
        _("What studies say"),
        (_("Input"), _("Value"), _("Origin"), _("Source"), _("Confidence")),
        tuple(row for one in estimates for row in _effect(one)),
    )


def _effect(estimate: Estimate) -> Iterator[Row]:
    effect, name = estimate.service.effect, _(estimate.service.name)
    origin = wording.origin(Origin.DEFAULT) if effect.known else _("not known")
    rest = (origin, line(effect.source, 300), str(Confidence(effect.confidence).label))
    shares = wording.row(wording.percent(effect.share(one)) for one in SCENARIOS) if effect.known else "–"
    yield Row(_("%(function)s: effect of cooperation on cost") % {"function": name}, (shares, *rest))
    if effect.scale:
        people = _people(effect.scale)
        yield Row(_("%(function)s: efficient scale") % {"function": name}, (people, *rest))
        yield Row(
            _("%(function)s: smallest size studied; nothing is reckoned beyond it") % {"function": name},
            (_people(effect.studied_from), *rest),
        )


def _members(estimate: Estimate, currency: str) -> Table:
    return Table(
        _("%(function)s: what each member pays and uses today") % {"function": _(estimate.service.name)},
        (
            _("Municipality"),
            _("Cost a year"),
            _("Volume a year"),
            _("Origin"),
            _("Source, year"),
            _("Confidence"),
        ),
        tuple(
            Row(
                line(solo.name),
                (
                    wording.money(solo.cost, currency),
                    "–" if solo.volume is None else wording.number(solo.volume),
                    wording.origin(solo.origin),
                    _source(solo),
                    str(Confidence(solo.confidence).label),
                ),
            )
            for solo in estimate.solos
        ),
    )


def _source(solo: Solo) -> str:
    if not solo.own:
        return _("cost per inhabitant of %(name)s") % {"name": line(solo.source, 200)}
    return line(solo.source, 200) or _("its own accounts")


def _registers(estimates: Sequence[Estimate], currency: str) -> Table:
    members = {solo.key: solo for one in estimates for solo in one.solos}
    return Table(
        _("What registers say of the members"),
        (_("Municipality"), _("Inhabitants"), _("Fiscal capacity"), _("Property value")),
        tuple(
            Row(
                line(solo.name),
                (
                    wording.number(solo.population),
                    _amount(solo.fiscal_capacity, currency),
                    _amount(solo.property_value, currency),
                ),
            )
            for solo in members.values()
        ),
    )


def _amount(value: Decimal | None, currency: str) -> str:
    return "–" if value is None else wording.money(value, currency)


def _people(count: int) -> str:
    return ngettext("%(n)s inhabitant", "%(n)s inhabitants", count) % {"n": wording.number(count)}


def _terms(estimates: Sequence[Estimate], currency: str) -> Table:
    """What was set for the reckoning; a term that is the same in all areas stands once."""
    rows = []
    by_area = [(_(one.service.name), dict(_of_area(one.terms, currency))) for one in estimates]
    for label in dict.fromkeys(label for _name, terms in by_area for label in terms):
        values = {terms.get(label) for _name, terms in by_area}
        if len(values) == 1:
            rows.append(Row(label, by_area[0][1][label]))
        else:
            rows += [Row(f"{name}: {label}", terms[label]) for name, terms in by_area if label in terms]
    return Table(
        _("What the reckoning sets"),
        (_("Input"), _("Value"), _("Origin"), _("Source"), _("Confidence")),
        tuple(rows),
    )


def _of_area(terms: Terms, currency: str) -> Iterator[tuple[str, Known]]:
    assumed, low = wording.origin(Origin.ASSUMED), str(Confidence.LOW.label)
    ours = _("set by the initiator")
    mixed = wording.row(wording.whole_percent(part) for part in terms.mixed)
    yield _("Mixed key: equal / by inhabitants / by fiscal capacity"), (mixed, assumed, ours, low)
    yield _("Base fee"), (wording.whole_percent(terms.base_share), assumed, ours, low)
    rate = _("%(rate)s of running cost, and %(more)s for each member above three") % {
        "rate": wording.percent(terms.coordination, signed=False),
        "more": wording.percent(0.005, signed=False),
    }
    yield _("Cost of coordination"), (rate, assumed, "Blaka (2017)", low)
    once = wording.row(wording.percent(TRANSITION[name], signed=False) for name in SCENARIOS)
    yield (
        _("Joining up, once, of running cost"),
        (once, assumed, _("working hypothesis"), low),
    )
    ramp = wording.row(wording.whole_percent(round(part * 100)) for part in RAMP)
    yield (
        _("Savings that have arrived in years 1 to 6"),
        (ramp, assumed, "Dijkgraaf & Gradus (2011); Ferraresi, Migali & Rizzo (2018)", low),
    )
    if terms.grant:
        amount = wording.money(terms.grant.amount, currency)
        yield (
            _("Grant for the group, counted in no net"),
            (amount, wording.origin(Origin.ESTIMATED), line(terms.grant.source, 200), low),
        )
