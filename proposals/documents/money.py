"""An estimate told to one recipient: tables, chart, plain sentences, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from proposals.documents import wording
from proposals.documents.chart import Bar, Panel, draw_gains, is_cut
from proposals.documents.context import Figure, Money, Picture, Row, Table
from proposals.estimate import Estimate, KeyResult, Origin
from proposals.estimate.figures import SCENARIOS, Scenario
from proposals.estimate.scenarios import HEADLINE_KEY

#: More bars than this make no picture; the table names everybody.
BARS = 8


def tell(estimate: Estimate, reader: str, currency: str) -> Money:
    """What the estimate says to the member with this key."""
    title = _(estimate.service.name)
    if not estimate.known:
        return Money(title=title, summary="", unknown=tuple(wording.gap(gap) for gap in estimate.gaps))
    central = estimate.scenario("central")
    return Money(
        title=title,
        summary=_summary(estimate, reader, currency),
        unknown=_assumed(estimate),
        basis=_basis(estimate),
        scenarios=_scenarios(estimate, reader, currency),
        chart=_chart(estimate, central, reader, currency),
        keys=_keys(estimate, central, reader, currency),
        years=_years(estimate, reader, currency),
        key_words=tuple((wording.key(k.key), wording.key_explained(k.key)) for k in central.keys),
    )


def headline(estimates: Sequence[Estimate], reader: str, name: str, currency: str) -> Figure:
    """The one figure: the recipient's yearly net in full running, central, with its range; or not known."""
    known = [estimate for estimate in estimates if estimate.known]
    if not known:
        return Figure(
            value=_("not known yet"),
            caption=_("what it would bring %(name)s in money") % {"name": name},
            note=_("We would find it out together; what is missing is said on the pages that follow."),
        )
    nets = {
        scenario: sum((one.scenario(scenario).key(HEADLINE_KEY).nets[reader] for one in known), Decimal(0))
        for scenario in SCENARIOS
    }
    low, central, high = (wording.money(nets[s], currency, signed=True, round_to=100) for s in SCENARIOS)
    note = _("Between %(low)s and %(high)s, if cost is shared by inhabitants. An estimate, not a promise.")
    if len(known) < len(estimates):
        note += " " + _("Not every area has a figure.")
    caption = (
        _("a year gained by %(name)s once all is running, in the central scenario")
        if nets["central"] >= 0
        else _("a year lost by %(name)s in the central scenario: the case rests on other benefits")
    )
    return Figure(
        value=central,
        caption=caption % {"name": name},
        note=note % {"low": low, "high": high},
        tone="loss" if nets["central"] < 0 else "",
    )


def _summary(estimate: Estimate, reader: str, currency: str) -> str:
    central = estimate.scenario("central")
    losing = [wording.key(result.key) for result in central.keys if reader in result.losers]
    if central.group_net < 0:
        words = _(
            "In the central scenario the group as a whole saves nothing: it pays %(amount)s a year more."
        )
    else:
        words = _("In the central scenario the group as a whole saves %(amount)s a year.")
    words %= {"amount": wording.money(abs(central.group_net), currency)}
    if not losing:
        return words + " " + _("You would gain under every cost key shown.")
    if len(losing) == len(central.keys):
        return words + " " + _("You would lose under every cost key shown.")
    return words + " " + _("You would lose under: %(keys)s.") % {"keys": ", ".join(losing).lower()}


def _basis(estimate: Estimate) -> str:
    people = wording.number(estimate.population)
    scale = estimate.service.effect.scale
    if scale is None:
        return _("Together %(people)s inhabitants; no efficient scale is known for this function.") % {
            "people": people
        }
    if estimate.reaches_scale:
        words = _("Together %(people)s inhabitants: the group reaches efficient scale (%(scale)s).")
    else:
        words = _("Together %(people)s inhabitants: the group stays below efficient scale (%(scale)s).")
    return words % {"people": people, "scale": wording.number(scale)}


def _assumed(estimate: Estimate) -> tuple[str, ...]:
    names = [solo.name for solo in estimate.solos if solo.origin == Origin.ASSUMED]
    if not names:
        return ()
    words = ngettext(
        "Today's cost of %(names)s is not known; we took the cost per inhabitant of %(source)s.",
        "Today's costs of %(names)s are not known; we took the cost per inhabitant of %(source)s.",
        len(names),
    )
    source = next(solo.source for solo in estimate.solos if solo.origin == Origin.ASSUMED)
    return (words % {"names": ", ".join(names), "source": source},)


def _scenarios(estimate: Estimate, reader: str, currency: str) -> Table:
    def row(name: str, values: Sequence[Decimal], *, signed: bool = False, mine: bool = False) -> Row:
        return Row(
            name,
            tuple(wording.money(value, currency, signed=signed) for value in values),
            mine=mine,
            tones=tuple("loss" if signed and value < 0 else "" for value in values),
        )

    found = [estimate.scenario(name) for name in SCENARIOS]
    alone = sum((solo.cost for solo in estimate.solos), Decimal(0))
    mine = next(solo for solo in estimate.solos if solo.key == reader)
    nets = [scenario.key(HEADLINE_KEY).nets[reader] for scenario in found]
    return Table(
        caption=_("Three scenarios, a year, once all is running"),
        headings=("", *(wording.scenario(name) for name in SCENARIOS)),
        rows=(
            row(_("All members alone"), [alone] * len(found)),
            row(_("Together: running cost"), [scenario.running for scenario in found]),
            row(_("Together: coordination"), [scenario.coordination for scenario in found]),
            row(_("Net for the group"), [scenario.group_net for scenario in found], signed=True),
            row(_("Joining up, once"), [scenario.transition for scenario in found]),
            row(_("%(name)s alone") % {"name": mine.name}, [mine.cost] * len(found)),
            row(
                _("Net for %(name)s, shared by inhabitants") % {"name": mine.name},
                nets,
                signed=True,
                mine=True,
            ),
        ),
    )


def _keys(estimate: Estimate, scenario: Scenario, reader: str, currency: str) -> Table:
    def row(key: str, name: str) -> Row:
        nets = [result.nets[key] for result in scenario.keys]
        return Row(
            name,
            tuple(wording.money(net, currency, signed=True) for net in nets),
            mine=key == reader,
            tones=tuple("loss" if net < 0 else "" for net in nets),
        )

    return Table(
        caption=_("Net gain a year by cost key, central scenario"),
        headings=(_("Municipality"), *(wording.key(result.key) for result in scenario.keys)),
        rows=tuple(row(solo.key, solo.name) for solo in estimate.solos),
    )


def _years(estimate: Estimate, reader: str, currency: str) -> Table:
    found = [(name, estimate.scenario(name).years[reader]) for name in SCENARIOS]
    years = range(1, len(found[0][1]) + 1)
    return Table(
        caption=_("Your net, year by year, shared by inhabitants; joining up is paid in year 1"),
        headings=("", *(_("Year %(number)d") % {"number": year} for year in years)),
        rows=tuple(
            Row(
                wording.scenario(name),
                tuple(wording.money(net, currency, signed=True) for net in nets),
                tones=tuple("loss" if net < 0 else "" for net in nets),
            )
            for name, nets in found
        ),
    )


def _chart(estimate: Estimate, scenario: Scenario, reader: str, currency: str) -> Picture:
    shown = _worth_showing(estimate, scenario, reader)
    panels = [_panel(estimate, result, shown, reader, currency) for result in scenario.keys]
    title = _("Who gains and who loses under each cost key")
    alt = _("%(title)s, central scenario. %(losers)s The table below has every figure.") % {
        "title": title,
        "losers": _losers(estimate, scenario),
    }
    caption = _("Bars to the right gain, hatched red bars to the left lose. Central scenario, a year.")
    if is_cut(panels):
        caption += " " + _("Bars with a gap are longer than drawn.")
    if len(shown) < len(estimate.solos):
        caption += " " + _("The largest gains and losses; the table names everybody.")
    return Picture(svg=draw_gains(panels, title=title, desc=alt), alt=alt, caption=caption)


def _panel(estimate: Estimate, result: KeyResult, shown: Sequence[str], reader: str, currency: str) -> Panel:
    names = {solo.key: solo.name for solo in estimate.solos}
    bars = tuple(
        Bar(
            name=names[key],
            value=float(result.nets[key]),
            text=wording.money(result.nets[key], currency, signed=True),
            mine=key == reader,
        )
        for key in shown
    )
    return Panel(wording.key(result.key), bars)


def _worth_showing(estimate: Estimate, scenario: Scenario, reader: str) -> list[str]:
    """Everybody, or the reader and those who gain or lose most; in the order of the group."""
    everybody = [solo.key for solo in estimate.solos]
    if len(everybody) <= BARS:
        return everybody
    stake = {key: max(abs(result.nets[key]) for result in scenario.keys) for key in everybody}
    others = sorted((key for key in everybody if key != reader), key=lambda key: -stake[key])
    chosen = {reader, *others[: BARS - 1]}
    return [key for key in everybody if key in chosen]


def _losers(estimate: Estimate, scenario: Scenario) -> str:
    names = {solo.key: solo.name for solo in estimate.solos}
    losing = [
        f"{wording.key(result.key)}: {', '.join(names[key] for key in result.losers)}"
        for result in scenario.keys
        if result.losers
    ]
    if not losing:
        return _("Nobody loses under any key.")
    return _("Losing: %(list)s.") % {"list": "; ".join(losing)}
