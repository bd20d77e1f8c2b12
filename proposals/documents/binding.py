"""A paper bound of two parts: the recipient's own pages, and behind them those that all recipients share.

The shared part is laid out once for each number of pages ahead of it, and kept while its version is in print.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from proposals.documents.context import Common

Page = Any
#: A laid out page weighs up to a megabyte; this many are kept, of the versions last printed.
SHELF = 120
#: Recipients of one version differ by a page or two; more variants than this are not kept.
VARIANTS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands in the whole paper: so many pages come ahead of it, so many behind it."""

    ahead: int = 0
    behind: int = 0


@dataclass(slots=True)
class _Kept:
    """A common part: how long it is, and its pages by the number of pages ahead."""

    length: int
    pages: OrderedDict[int, Sequence[Page]] = field(default_factory=OrderedDict)

    @property
    def weight(self) -> int:
        """Pages held."""
        return self.length * len(self.pages)


class Binder:
    """Lays out what is new and takes the rest from its shelf, which never grows beyond its size."""

    def __init__(self, shelf: int = SHELF) -> None:
        self._shelf = shelf
        self._kept: OrderedDict[Common, _Kept] = OrderedDict()
        #: What the last paper had: the next mostly has as many, so a new version is laid out once, not twice.
        self._usual = 4

    def bind(
        self, common: Common, own: Callable[[Place], Any], shared: Callable[[Common, Place], Any]
    ) -> Any:
        """The whole document: `own` lays out the recipient's pages, `shared` the common ones."""
        kept = self._keep(common, shared)
        ahead = own(Place(behind=kept.length))
        self._usual = len(ahead.pages)
        return ahead.copy([*ahead.pages, *self._pages(common, kept, len(ahead.pages), shared)])

    def _keep(self, common: Common, shared: Callable[[Common, Place], Any]) -> _Kept:
        """How long a part is does not depend on the numbers at the foot of its pages."""
        if common not in self._kept:
            pages = shared(common, Place(ahead=self._usual)).pages
            self._kept[common] = _Kept(len(pages), OrderedDict({self._usual: pages}))
        self._kept.move_to_end(common)
        return self._kept[common]

    def _pages(
        self, common: Common, kept: _Kept, ahead: int, shared: Callable[[Common, Place], Any]
    ) -> Sequence[Page]:
        if ahead not in kept.pages:
            kept.pages[ahead] = shared(common, Place(ahead=ahead)).pages
        kept.pages.move_to_end(ahead)
        found = kept.pages[ahead]
        self._make_room(kept)
        return found

    def _make_room(self, current: _Kept) -> None:
        while len(current.pages) > VARIANTS:
            current.pages.popitem(last=False)
        while len(self._kept) > 1 and sum(one.weight for one in self._kept.values()) > self._shelf:
            self._kept.popitem(last=False)
