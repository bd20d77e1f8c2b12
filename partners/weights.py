"""The weights with which a case ranks: the defaults, until its focal point sets others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import number_format

from partners.discovery import WEIGHTS, words
from partners.models import Case, RankingWeights

#: Highest weight that can be given.
MOST = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """One factor whose weight was set anew."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting of the weights with what it changed."""

    setting: RankingWeights
    changed: list[Changed]

    @property
    def is_default(self) -> bool:
        """Whether it went back to the defaults."""
        return not self.setting.weights


def weights_of(case: Case) -> dict[str, float]:
    """The weights in use: the newest set in the case, else the defaults."""
    newest = case.weightings.order_by("-set_at").values_list("weights", flat=True).first()
    return complete(newest or {})


def complete(weights: Mapping[str, float]) -> dict[str, float]:
    """All factors of today, each with its weight; one that was not set has its default."""
    return {name: float(weights.get(name, weight)) for name, weight in WEIGHTS.items()}


def said(weight: float) -> str:
    """A weight as people write it."""
    return number_format(int(weight) if float(weight).is_integer() else weight)


def history_of(case: Case) -> list[Entry]:
    """All settings, the newest first, each with what changed by it."""
    entries = []
    before = complete({})
    for setting in case.weightings.select_related("set_by").order_by("set_at"):
        after = complete(setting.weights)
        changed = [
            Changed(words.label(name), said(before[name]), said(after[name]))
            for name in after
            if before[name] != after[name]
        ]
        entries.append(Entry(setting, changed))
        before = after
    return entries[::-1]
