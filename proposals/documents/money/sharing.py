"""The keys side by side: who pays what, who gains, who loses, and who would do better on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from proposals.documents import wording
from proposals.documents.chart import Bar, OwnBar, Panel, draw_gains, draw_own, is_cut, own_reach
from proposals.documents.context import Picture, Row, Table
from proposals.documents.text import line
from proposals.estimate import Estimate, KeyResult
from proposals.estimate.figures import Scenario
from proposals.estimate.keys import EXACT_LIMIT

#: Up to so many members stand beside each other on a page; of more, each key shows the ends and the reader.
COLUMNS = 4
#: Longer amounts leave no room for the columns of several members.
WIDE = 100_000_000
#: Letters of a small line that stand beside each other in such a column.
LETTERS = 17
#: Small charts beside each other, one for each key, are read up to so many keys and members.
PANELS, BARS = 4, 8


def table(estimate: Estimate, reader: str, currency: str) -> Table:
    """What each pays and gains under each key: all members, or the reader's own and the two ends."""
    scenario = estimate.scenario("central")
    if len(estimate.solos) <= COLUMNS and max(solo.cost for solo in estimate.solos) < WIDE:
        return _all_members(estimate, scenario, reader, currency)
    return _own_and_ends(estimate, scenario, reader, currency)


def _all_members(estimate: Estimate, scenario: Scenario, reader: str, currency: str) -> Table:
    names = _names(estimate)

    def row(result: KeyResult, pays: tuple[str, ...]) -> Row:
        nets = [result.nets[key] for key in names]
        return Row(
            wording.key(result.key),
            (*(wording.money(net, currency, signed=True) for net in nets), _who_loses(result, names)),
            mine=result.key == estimate.headline,
            tones=(*("loss" if net < 0 else "" for net in nets), "words"),
            below=pays,
        )

    return Table(
        caption=_("Net gain a year under each cost key, and what each pays; central scenario"),
        headings=(_("Cost key"), *names.values(), _("Who loses")),
        rows=tuple(map(row, scenario.keys, _pays(scenario.keys, names, currency))),
        own=list(names).index(reader),
    )


def _pays(results: Sequence[KeyResult], names: dict[str, str], currency: str) -> list[tuple[str, ...]]:
    """What each pays under each key; where the word does not fit everywhere, the amounts stand alone."""
    amounts = [tuple(wording.money(result.pays[key], currency) for key in names) for result in results]
    words = [tuple(_("pays %(amount)s") % {"amount": amount} for amount in told) for told in amounts]
    return words if max(len(text) for told in words for text in told) <= LETTERS else amounts


def _own_and_ends(estimate: Estimate, scenario: Scenario, reader: str, currency: str) -> Table:
    names = _names(estimate)

    def row(result: KeyResult) -> Row:
        ranked = sorted(result.nets, key=lambda key: result.nets[key])
        shown = (reader, ranked[0], ranked[-1])
        count = _("%(count)d of %(all)d") % {"count": len(result.losers), "all": len(names)}
        return Row(
            wording.key(result.key),
            (
                wording.money(result.pays[reader], currency),
                *(wording.money(result.nets[key], currency, signed=True) for key in shown),
                count if result.losers else _("nobody"),
            ),
            mine=result.key == estimate.headline,
            tones=("", *("loss" if result.nets[key] < 0 else "" for key in shown), "words"),
            below=("", "", names[ranked[0]], names[ranked[-1]]),
        )

    return Table(
        caption=_("What you pay and gain a year under each cost key; central scenario"),
        headings=(
            _("Cost key"),
            _("You pay"),
            _("Your net"),
            _("Smallest net"),
            _("Largest net"),
            _("Who loses"),
        ),
        rows=tuple(row(result) for result in scenario.keys),
        own=1,
    )


def members_table(estimate: Estimate, currency: str) -> Table:
    """What each member pays alone and together under the key of the one figure; the same for all readers."""
    result = estimate.scenario("central").key(estimate.headline)

    def row(key: str, name: str, cost: Decimal) -> Row:
        net = result.nets[key]
        amounts = (cost, result.pays[key])
        return Row(
            name,
            (
                *(wording.money(amount, currency) for amount in amounts),
                wording.money(net, currency, signed=True),
                _("loses") if net < 0 else "",
            ),
            tones=("", "", "loss" if net < 0 else "", "words"),
        )

    return Table(
        caption=_("%(function)s: what each would pay and gain a year (%(key)s), central scenario")
        % {"function": _(estimate.service.name), "key": wording.key(estimate.headline)},
        headings=(_("Municipality"), _("Alone today"), _("Would pay"), _("Net"), ""),
        rows=tuple(row(solo.key, line(solo.name), solo.cost) for solo in estimate.solos),
    )


def remarks(estimate: Estimate, currency: str) -> tuple[str, ...]:
    """Sub-groups that would do better alone, shares that were sampled, keys that cannot be formed."""
    results = estimate.scenario("central").keys
    return (
        *_stable(results, len(estimate.solos)),
        *_breaking(results, _names(estimate)),
        *_sampled(results, currency),
        *_not_formed(estimate),
    )


def key_words(estimates: Sequence[Estimate]) -> tuple[tuple[str, str], ...]:
    """What the keys shown mean, each once."""
    shown = dict.fromkeys(
        result.key for one in estimates if one.known for result in one.scenario("central").keys
    )
    return tuple((wording.key(key), wording.key_explained(key)) for key in shown)


def chart(estimate: Estimate, reader: str, currency: str) -> Picture:
    """Small charts of all members where there is room, else the reader's own bar under each key."""
    results = estimate.scenario("central").keys
    if len(results) <= PANELS and len(estimate.solos) <= BARS:
        return _all_bars(estimate, results, reader, currency)
    return _own_bars(estimate, results, reader, currency)


def _all_bars(estimate: Estimate, results: Sequence[KeyResult], reader: str, currency: str) -> Picture:
    names = _names(estimate)
    panels = [
        Panel(
            wording.key(result.key), tuple(_bar(result, key, names[key], reader, currency) for key in names)
        )
        for result in results
    ]
    title = _("Who gains and who loses under each cost key")
    alt = _("%(title)s, central scenario. %(losers)s The table below has every figure.") % {
        "title": title,
        "losers": _losers(results, names),
    }
    caption = _("Bars to the right gain, hatched red bars to the left lose. Central scenario, a year.")
    if is_cut(panels):
        caption += " " + _("Bars with a gap are longer than drawn.")
    return Picture(svg=draw_gains(panels, title=title, desc=alt), alt=alt, caption=caption)


def _bar(result: KeyResult, key: str, name: str, reader: str, currency: str) -> Bar:
    net = result.nets[key]
    return Bar(name, float(net), wording.money(net, currency, signed=True), mine=key == reader)


def _own_bars(estimate: Estimate, results: Sequence[KeyResult], reader: str, currency: str) -> Picture:
    low, high = estimate.scenario("low"), estimate.scenario("high")
    bars = [
        OwnBar(
            name=wording.key(result.key),
            value=float(result.nets[reader]),
            ends=(float(low.key(result.key).nets[reader]), float(high.key(result.key).nets[reader])),
            text=wording.money(result.nets[reader], currency, signed=True),
            chosen=result.key == estimate.headline,
        )
        for result in results
    ]
    title = _("Your net a year under each cost key")
    losing = [bar.name for bar in bars if bar.value < 0]
    told = (
        _("You lose under: %(keys)s.") % {"keys": wording.comma().join(losing)}
        if losing
        else _("You lose under none.")
    )
    alt = _("%(title)s, central scenario. %(losers)s The table below has every figure.") % {
        "title": title,
        "losers": told,
    }
    caption = _(
        "Bars to the right gain, hatched red bars to the left lose; the thin line reaches from low to high "
        "benefit. The key of the first page is set in bold."
    )
    if any(abs(bar.value) > own_reach(bars) for bar in bars):
        caption += " " + _("Bars with a gap are longer than drawn.")
    return Picture(svg=draw_own(bars, title=title, desc=alt, rtl=wording.is_rtl()), alt=alt, caption=caption)


def _names(estimate: Estimate) -> dict[str, str]:
    return {solo.key: line(solo.name) for solo in estimate.solos}


def _who_loses(result: KeyResult, names: dict[str, str]) -> str:
    if len(result.losers) == len(names):
        return _("everybody")
    return wording.listed([names[key] for key in names if key in result.losers]) or _("nobody")


def _losers(results: Sequence[KeyResult], names: dict[str, str]) -> str:
    losing = [
        f"{wording.key(result.key)}: {wording.some([names[key] for key in names if key in result.losers])}"
        for result in results
        if result.losers
    ]
    if not losing:
        return _("Nobody loses under any key.")
    return _("Losing: %(list)s.") % {"list": "; ".join(losing)}


def _stable(results: Sequence[KeyResult], members: int) -> Iterator[str]:
    """Keys that hold the group together; figures frozen before this was tested say nothing of it."""
    stable = [wording.key(result.key) for result in results if result.in_core]
    if stable:
        yield _("Nobody, and no part of the group, would pay less on its own under: %(keys)s.") % {
            "keys": wording.comma().join(stable)
        }
    untested = [wording.key(result.key) for result in results if result.in_core is None]
    if untested and members > EXACT_LIMIT:
        yield _(
            "The group is too large to test whether a part of it would do better on its own under: %(keys)s."
        ) % {"keys": wording.comma().join(untested)}


def _breaking(results: Sequence[KeyResult], names: dict[str, str]) -> Iterator[str]:
    """Who would go its own way, with the keys under which the same part would."""
    under: dict[tuple[str, ...], list[str]] = {}
    for result in results:
        if result.in_core is False and result.blocking:
            under.setdefault(result.blocking, []).append(wording.key(result.key))
    for blocking, keys in under.items():
        yield ngettext(
            "%(names)s would pay less alone than under: %(keys)s.",
            "%(names)s would pay less by working together without the others than under: %(keys)s.",
            len(blocking),
        ) % {
            "names": wording.some([names[key] for key in names if key in blocking]),
            "keys": wording.comma().join(keys),
        }


def _sampled(results: Sequence[KeyResult], currency: str) -> Iterator[str]:
    for result in results:
        if result.error is not None:
            yield _(
                "The shares of “%(key)s” are drawn by sample in a group of this size; "
                "they may be off by about %(error)s (standard error)."
            ) % {"key": wording.key(result.key), "error": wording.money(result.error, currency)}


def _not_formed(estimate: Estimate) -> Iterator[str]:
    """Keys that cannot be formed, by whose datum lacks."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    for key, members in estimate.missing.items():
        lacking.setdefault(tuple(members), []).append(wording.key(key))
    for members, keys in lacking.items():
        words = {"keys": wording.comma().join(keys), "names": wording.some([line(name) for name in members])}
        if members:
            yield _("Cannot be formed yet: %(keys)s. The figure of %(names)s lacks.") % words
        else:
            yield _("Cannot be formed: %(keys)s. The group is too large.") % words
    wanted = estimate.terms.headline
    if wanted != estimate.headline:
        yield _("The first page should use “%(wanted)s”; until it can be formed, it uses “%(used)s”.") % {
            "wanted": wording.key(wanted),
            "used": wording.key(estimate.headline),
        }
