"""What a meeting talks about: the agenda that the method suggests. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Item:
    """One item, with its minutes when they are set."""

    title: str
    minutes: int | None = None


def informal(questions: Sequence[str], areas: Sequence[str]) -> list[Item]:
    """The seven questions over the agreed areas, and each municipality's attitude; no decision."""
    return [
        Item(_("Welcome: who we are, and what each of us expects"), 10),
        Item(_("The areas: %(areas)s") % {"areas": "; ".join(areas)}, 15),
        *(Item(question, 10) for question in questions),
        Item(_("Where each municipality stands, and what follows"), 15),
    ]


def formal(areas: Sequence[str]) -> list[Item]:
    """Fixed by the method: benefits and costs in the agreed areas, then the four outcomes."""
    return [
        *(Item(_("Benefits and costs: %(area)s") % {"area": area}, 20) for area in areas),
        Item(_("Objectives that we would share"), 15),
        Item(_("Areas selected tentatively, each serving an objective"), 15),
        Item(_("Decision to explore feasibility, by area and municipality"), 20),
        Item(_("Next steps: who, what, by when"), 10),
    ]
