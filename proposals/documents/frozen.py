"""What is alike in all documents of an approved version: read and composed once per process."""

from __future__ import annotations

import uuid
from collections import OrderedDict

from proposals.documents.common_part import compose_common
from proposals.documents.context import Common
from proposals.documents.facts import facts_of
from proposals.models import ProposalVersion

#: How many versions one process prints side by side without reading their figures anew.
VERSIONS = 8


class Frozen:
    """The figures of a version, and its common part in each language asked for."""

    def __init__(self, version: ProposalVersion) -> None:
        self.approved_at = version.approved_at
        self.facts = facts_of(version)
        self._version = version
        self._common: dict[str, Common] = {}

    def common(self, language: str) -> Common:
        """The common part, composed once for each of the few languages there are."""
        if language not in self._common:
            self._common[language] = compose_common(self._version, language, self.facts)
        return self._common[language]


_LATEST: OrderedDict[uuid.UUID, Frozen] = OrderedDict()


def frozen(version: ProposalVersion) -> Frozen:
    """Kept for the versions last printed by this process: an approved version does not change any more."""
    if version.approved_at is None:
        return Frozen(version)
    found = _LATEST.get(version.pk)
    if found is None or found.approved_at != version.approved_at:
        found = _LATEST[version.pk] = Frozen(version)
    _LATEST.move_to_end(version.pk)
    while len(_LATEST) > VERSIONS:
        _LATEST.popitem(last=False)
    return found
