"""How the stances of the parties on a topic compare: the same, compatible, in conflict, or silent."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models import Expectation

Stance = Expectation.Stance
FOR = (Stance.NEEDS, Stance.WELCOMES)
Party = TypeVar("Party", bound=Hashable)


class Kind(TextChoices):
    """In the order in which they are shown: what divides first."""

    CONFLICT = "conflict", _("in conflict")
    COMPATIBLE = "compatible", _("compatible")
    SILENT = "silent", _("silent")
    SAME = "same", pgettext_lazy("stances of the parties", "the same")


#: A sign beside the word, for those who see no colour.
SIGNS = {Kind.CONFLICT: "≠", Kind.COMPATIBLE: "≈", Kind.SILENT: "…", Kind.SAME: "="}


@dataclass(frozen=True, slots=True)
class Difference(Generic[Party]):
    """What one topic looks like over all parties, and who stands where."""

    kind: Kind
    wanting: tuple[Party, ...] = ()
    refusing: tuple[Party, ...] = ()
    silent: tuple[Party, ...] = ()

    @property
    def sign(self) -> str:
        """The sign of its kind."""
        return SIGNS[self.kind]

    @property
    def rank(self) -> int:
        """Its place in the list: conflict first, agreement last."""
        return list(Kind).index(self.kind)


def compare(said: Mapping[Party, str | None]) -> Difference[Party]:
    """Compare what each party says; None is a party that has said nothing.

    In conflict: somebody needs or welcomes it and somebody cannot accept it. The same: all parties have
    spoken and say the same. Silent: fewer than two have spoken. Compatible: the rest.
    """
    spoken = {party: stance for party, stance in said.items() if stance}
    wanting = tuple(party for party, stance in spoken.items() if stance in FOR)
    refusing = tuple(party for party, stance in spoken.items() if stance == Stance.CANNOT)
    silent = tuple(party for party in said if party not in spoken)
    return Difference(_kind(spoken, wanting, refusing, silent), wanting, refusing, silent)


def _kind(
    spoken: Mapping[Party, str],
    wanting: tuple[Party, ...],
    refusing: tuple[Party, ...],
    silent: tuple[Party, ...],
) -> Kind:
    if wanting and refusing:
        return Kind.CONFLICT
    if len(spoken) < 2:
        return Kind.SILENT
    if not silent and len(set(spoken.values())) == 1:
        return Kind.SAME
    return Kind.COMPATIBLE
