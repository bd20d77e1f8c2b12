"""What a meeting talks about: the agenda that the method suggests, and when each item begins. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its minutes when they are set, who speaks, and the papers it needs."""

    title: str
    minutes: int | None = None
    speaker: str = ""
    papers: tuple[str, ...] = ()

    @property
    def stored(self) -> dict[str, Any]:
        """As the meeting keeps it."""
        return {
            "title": self.title,
            "minutes": self.minutes,
            "speaker": self.speaker,
            "papers": list(self.papers),
        }


@dataclass(frozen=True, slots=True)
class Timed:
    """An item with the time at which it begins; none after an item of unknown length."""

    number: int
    item: Item
    begins: dt.datetime | None


def read(row: Mapping[str, Any]) -> Item:
    """An item as a meeting keeps it; older agendas name neither speaker nor papers."""
    return Item(
        str(row["title"]), row.get("minutes"), str(row.get("speaker", "")), tuple(row.get("papers", ()))
    )


def timed(items: Iterable[Item], start: dt.datetime) -> list[Timed]:
    """Number and time of each item, from the start on; real time passes, also where clocks change."""
    rows: list[Timed] = []
    at: dt.datetime | None = start
    for number, item in enumerate(items, 1):
        rows.append(Timed(number, item, at))
        at = _later(at, item.minutes) if at and item.minutes else None
    return rows


def total(items: Iterable[Item]) -> int:
    """Minutes in all."""
    return sum(item.minutes or 0 for item in items)


def informal(questions: Sequence[str], areas: Sequence[str], host: str = "") -> list[Item]:
    """The seven questions over the agreed areas, and each municipality's attitude; no decision."""
    each = _("each municipality in turn")
    return [
        Item(_("Welcome: who we are, and what each of us expects"), 10, host),
        Item(_("The areas: %(areas)s") % {"areas": "; ".join(areas)}, 15, host, (_("the proposal"),)),
        *(Item(question, 10, each) for question in questions),
        Item(_("Where each municipality stands, and what follows"), 15, each),
    ]


def formal(areas: Sequence[str], host: str = "") -> list[Item]:
    """Fixed by the method: benefits and costs in the agreed areas, then the four outcomes."""
    each = _("each municipality in turn")
    papers = (_("the proposal"), _("the answers to the seven questions"))
    return [
        *(Item(_("Benefits and costs: %(area)s") % {"area": area}, 20, host, papers) for area in areas),
        Item(_("Objectives that we would share"), 15, each),
        Item(_("Areas selected tentatively, each serving an objective"), 15, each),
        Item(_("Decision to explore feasibility, by area and municipality"), 20, each),
        Item(_("Next steps: who, what, by when"), 10, host),
    ]


def _later(at: dt.datetime, minutes: int) -> dt.datetime:
    return (at.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)).astimezone(at.tzinfo)
