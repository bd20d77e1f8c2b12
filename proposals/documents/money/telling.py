"""The estimate of one area in the recipient's own words, and the one figure of the first page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from proposals.documents import wording
from proposals.documents.context import Figure, Money
from proposals.documents.money import course, scenarios, sharing
from proposals.documents.text import line
from proposals.estimate import Estimate
from proposals.estimate.figures import SCENARIOS


def tell(estimate: Estimate, reader: str, currency: str) -> Money:
    """What the estimate says to the member with this key."""
    title = _(estimate.service.name)
    if not estimate.known:
        return Money(title=title, summary="", unknown=tuple(wording.gap(gap) for gap in estimate.gaps))
    return Money(
        title=title,
        summary=_summary(estimate, reader, currency),
        unknown=(*_assumed(estimate), *_beyond_studies(estimate)),
        basis=_basis(estimate),
        scenarios=scenarios.table(estimate, reader, currency),
        grant=scenarios.grant_words(estimate, reader, currency),
        chart=sharing.chart(estimate, reader, currency),
        keys=sharing.table(estimate, reader, currency),
        sharing=sharing.remarks(estimate, currency),
        years=course.table(estimate, reader, currency),
        course=course.chart(estimate, reader, currency),
        course_words=course.words(estimate, reader),
        key_words=sharing.key_words([estimate]),
    )


def headline(estimates: Sequence[Estimate], reader: str, name: str, currency: str) -> Figure:
    """The one figure: the recipient's yearly net in full running, central, with its range; or not known."""
    known = [estimate for estimate in estimates if estimate.known]
    if not known:
        return Figure(
            value=_("not known yet"),
            caption=_("what it would bring %(name)s in money") % {"name": line(name)},
            note=_("We would find it out together; what is missing is said on the pages that follow."),
        )
    nets = {
        scenario: sum((_net(one, scenario, reader) for one in known), Decimal(0)) for scenario in SCENARIOS
    }
    low, central, high = (wording.money(nets[s], currency, signed=True, round_to=100) for s in SCENARIOS)
    note = _("Between %(low)s and %(high)s; cost shared by the key “%(key)s”. An estimate, not a promise.")
    if len(known) < len(estimates):
        note += " " + _("Not every area has a figure.")
    keys = wording.listed(list(dict.fromkeys(wording.key(one.headline) for one in known)))
    return Figure(
        value=central,
        caption=_caption(nets["central"]) % {"name": line(name)},
        note=note % {"low": low, "high": high, "key": keys},
        tone="loss" if nets["central"] < 0 else "",
    )


def _net(estimate: Estimate, scenario: str, reader: str) -> Decimal:
    return estimate.scenario(scenario).key(estimate.headline).nets[reader]


def _caption(net: Decimal) -> str:
    if net > 0:
        return _("a year gained by %(name)s once all is running, in the central scenario")
    if net == 0:
        return _("a year for %(name)s: no saving in the central scenario, the case rests on other benefits")
    return _("a year lost by %(name)s in the central scenario: the case rests on other benefits")


def _summary(estimate: Estimate, reader: str, currency: str) -> str:
    central = estimate.scenario("central")
    if central.group_net > 0:
        words = _("In the central scenario the group as a whole saves %(amount)s a year.")
    elif central.group_net < 0:
        words = _(
            "In the central scenario the group as a whole saves nothing: it pays %(amount)s a year more."
        )
    else:
        words = _("In the central scenario the group as a whole saves nothing.")
    words %= {"amount": wording.money(abs(central.group_net), currency)}
    return " ".join(filter(None, (words, _under_keys(estimate, reader), _never(estimate, reader))))


def _under_keys(estimate: Estimate, reader: str) -> str:
    results = estimate.scenario("central").keys
    losing = [wording.key(result.key) for result in results if reader in result.losers]
    gaining = [wording.key(result.key) for result in results if result.nets[reader] > 0]
    if len(gaining) == len(results):
        return _("You would gain under every cost key shown.")
    if len(losing) == len(results):
        return _("You would lose under every cost key shown.")
    if not losing:
        return _("You would lose under no cost key shown.")
    if gaining and len(gaining) < len(losing):
        return _("You would gain under: %(keys)s; you would lose under the others.") % {
            "keys": wording.comma().join(gaining)
        }
    return _("You would lose under: %(keys)s.") % {"keys": wording.comma().join(losing)}


def _never(estimate: Estimate, reader: str) -> str:
    """Said where even the best scenario brings the reader nothing."""
    best = max(result.nets[reader] for name in SCENARIOS for result in estimate.scenario(name).keys)
    return "" if best > 0 else _("There is no saving for you in any scenario, under any key.")


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
    """Costs that stand in for unknown ones, by what they are taken from."""
    return tuple(
        _stand_in([solo.name for solo in estimate.solos if not solo.own and solo.source == source])
        % {"source": line(source)}
        for source in dict.fromkeys(solo.source for solo in estimate.solos if not solo.own)
    )


def _beyond_studies(estimate: Estimate) -> tuple[str, ...]:
    """A group smaller than any that was studied: its figure rests on no study of its size."""
    smallest = estimate.service.effect.studied_from
    if estimate.population >= smallest:
        return ()
    words = _("Studies begin at %(people)s inhabitants. This group is smaller, so its figure is less sure.")
    return (words % {"people": wording.number(smallest)},)


def _stand_in(names: Sequence[str]) -> str:
    words = ngettext(
        "Today's cost of %(names)s is not known; we took the cost per inhabitant of %(source)s.",
        "Today's costs of %(names)s are not known; we took the cost per inhabitant of %(source)s.",
        len(names),
    )
    return words.replace("%(names)s", wording.some(names).replace("%", "%%"))
