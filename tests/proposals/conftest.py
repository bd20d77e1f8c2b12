"""The draft that the tests of a file begin with, made once for all of them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

# Models are imported by the fixtures: this file is read before Django is set up.
if TYPE_CHECKING:
    from proposals.models import ProposalVersion


@pytest.fixture(scope="module")
def one_version(standing: None) -> ProposalVersion:
    """A draft with an annex for each recipient, unless a file makes its own."""
    from tests import makers

    return makers.make_draft()


@pytest.fixture
def version(one_version: ProposalVersion, db: None) -> ProposalVersion:
    """The draft of the file as it was made; what a test changes is rolled back after it."""
    return copy.deepcopy(one_version)
