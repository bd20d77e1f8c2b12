"""The way to full running, year by year: the table, the picture, and when joining up is earned back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from django.utils.translation import gettext as _

from imc_portal.core.templatetags.portal import colon
from proposals.documents import wording
from proposals.documents.context import Picture, Row, Table
from proposals.documents.years import Course, draw_years
from proposals.estimate import Estimate
from proposals.estimate.figures import SCENARIOS

#: A later year is not worth a promise.
FARTHEST = 30


def table(estimate: Estimate, reader: str, currency: str) -> Table:
    """A row for each year, and what they come to together."""
    paths = [_path(estimate, name, reader) for name in SCENARIOS]

    def row(name: str, nets: Sequence[Decimal], *, mine: bool = False) -> Row:
        return Row(
            name,
            tuple(wording.money(net, currency, signed=True) for net in nets),
            mine=mine,
            tones=tuple("loss" if net < 0 else "" for net in nets),
        )

    years = [
        row(_("Year %(number)d") % {"number": number}, nets)
        for number, nets in enumerate(zip(*paths, strict=True), 1)
    ]
    together = row(_("All six years"), [sum(path, Decimal(0)) for path in paths], mine=True)
    return Table(
        caption=_("Your net, year by year (%(key)s)") % {"key": wording.key(estimate.headline)},
        headings=(_("Year"), *(wording.scenario(name) for name in SCENARIOS)),
        rows=(*years, together),
    )


def chart(estimate: Estimate, reader: str, currency: str) -> Picture:
    """The central line with its band from low to high benefit."""
    low, central, high = (_path(estimate, name, reader) for name in SCENARIOS)
    title = _("Your net over the first six years")
    amounts = wording.comma().join(wording.money(net, currency, signed=True) for net in central)
    alt = (
        title
        + colon()
        + _("%(amounts)s in the central scenario. The table beside it has every figure.")
        % {"amounts": amounts}
    )
    course = Course(
        low=tuple(map(float, low)),
        central=tuple(map(float, central)),
        high=tuple(map(float, high)),
        years=tuple(wording.number(year) for year in range(1, len(central) + 1)),
        amount=lambda amount: wording.money(Decimal(amount), currency),
    )
    return Picture(
        svg=draw_years(course, title=title, desc=alt, rtl=wording.is_rtl()),
        alt=alt,
        caption=_(
            "The line is the central scenario, the hatched band reaches from low to high benefit. "
            "Joining up is paid in year 1."
        ),
    )


def words(estimate: Estimate, reader: str) -> str:
    """In which year the cost of joining up is earned back, in the central scenario."""
    path = _path(estimate, "central", reader)
    year = payback(path)
    if year is None:
        return _("In the central scenario the years do not make up for the cost of joining up.")
    if year == 1:
        return _("In the central scenario you gain from the first year, the cost of joining up included.")
    if year <= len(path):
        words = _("In the central scenario the cost of joining up is earned back in year %(year)d.")
    else:
        words = _(
            "In the central scenario the cost of joining up is earned back in year %(year)d, "
            "if nothing changes after the sixth."
        )
    return words % {"year": year}


def payback(path: Sequence[Decimal]) -> int | None:
    """The first year from which all years together are no loss; the last year goes on for ever."""
    sums = [sum(path[: count + 1], Decimal(0)) for count in range(len(path))]
    in_debt = [number for number, so_far in enumerate(sums, 1) if so_far < 0]
    if not in_debt:
        return 1
    if in_debt[-1] < len(path):
        return in_debt[-1] + 1
    if path[-1] <= 0:
        return None
    year = len(path) + int((-sums[-1] / path[-1]).to_integral_value(ROUND_CEILING))
    return year if year <= FARTHEST else None


def _path(estimate: Estimate, scenario: str, reader: str) -> tuple[Decimal, ...]:
    return estimate.scenario(scenario).years[reader]
