"""Three scenarios side by side, and the grant on lines of its own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from proposals.documents import wording
from proposals.documents.context import Row, Table
from proposals.documents.text import line
from proposals.estimate import Estimate
from proposals.estimate.figures import SCENARIOS


def table(estimate: Estimate, reader: str, currency: str) -> Table:
    """What all pay alone and together, what the reader gains, and below it what a grant could add."""
    mine = next(solo for solo in estimate.solos if solo.key == reader)
    found = [estimate.scenario(name) for name in SCENARIOS]
    alone = sum((solo.cost for solo in estimate.solos), Decimal(0))
    name = line(mine.name)

    def row(label: str, values: Sequence[Decimal], *, signed: bool = False, mine: bool = False) -> Row:
        return Row(
            label,
            tuple(wording.money(value, currency, signed=signed) for value in values),
            mine=mine,
            tones=tuple("loss" if signed and value < 0 else "" for value in values),
        )

    nets = [scenario.key(estimate.headline).nets[reader] for scenario in found]
    return Table(
        caption=_("Three scenarios, a year, once all is running"),
        headings=("", *(wording.scenario(one) for one in SCENARIOS)),
        rows=(
            row(_("All members alone"), [alone] * len(found)),
            row(_("Together: running cost"), [scenario.running for scenario in found]),
            row(_("Together: coordination"), [scenario.coordination for scenario in found]),
            row(_("Net for the group"), [scenario.group_net for scenario in found], signed=True),
            row(_("%(name)s alone") % {"name": name}, [mine.cost] * len(found)),
            row(
                _("Net for %(name)s (%(key)s)") % {"name": name, "key": wording.key(estimate.headline)},
                nets,
                signed=True,
                mine=True,
            ),
            row(
                _("Joining up, the whole group, once in year 1"), [scenario.transition for scenario in found]
            ),
            *_grant_rows(estimate, reader, name, currency),
        ),
    )


def grant_words(estimate: Estimate, reader: str, currency: str) -> str:
    """Which grant could be applied for, or nothing."""
    grant = estimate.terms.grant
    if grant is None:
        return ""
    words = ngettext(
        "Grant: %(source)s. %(amount)s for the whole group, in one year. Nobody has granted it yet, "
        "so it is counted in no net.",
        "Grant: %(source)s. %(amount)s for the whole group, over %(years)s years. Nobody has granted it yet, "
        "so it is counted in no net.",
        grant.years,
    )
    return words % {
        "source": line(grant.source, 200),
        "amount": wording.money(grant.amount, currency),
        "years": wording.number(grant.years),
    }


def _grant_rows(estimate: Estimate, reader: str, name: str, currency: str) -> tuple[Row, ...]:
    grant, part = estimate.terms.grant, estimate.grants.get(reader)
    if grant is None:
        return ()
    of_all, own = (
        (wording.money(value, currency),) * len(SCENARIOS) if value is not None else ()
        for value in (grant.amount, part)
    )
    rows = [Row(_("Grant for the group, not counted above"), of_all, apart=True)]
    if own:
        rows.append(Row(_("Part of %(name)s in the grant, not counted above") % {"name": name}, own))
    return tuple(rows)
