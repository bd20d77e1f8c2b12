"""A town, its people and its case, unless a file makes its own.

Models are imported by the fixtures: this file is read before Django is set up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

if TYPE_CHECKING:
    from imc_portal.core.models import User
    from partners.models import Case, Municipality


@pytest.fixture
def no_old_lists() -> None:
    """Forget the lists kept of what other tests had made."""
    cache.clear()


@pytest.fixture
def town() -> Municipality:
    """A municipality with its outline on the map."""
    from tests.partners.scenes import make_town

    return make_town()


@pytest.fixture
def focal(town: Municipality) -> User:
    """The focal point of the town."""
    from tests.makers import make_member

    return make_member(town)


@pytest.fixture
def lead(town: Municipality) -> User:
    """The lead of the town."""
    from tests.makers import make_member

    return make_member(town, "lead")


@pytest.fixture
def case(town: Municipality, focal: User) -> Case:
    """A case of the town, just opened."""
    from tests.makers import make_case

    return make_case(town, actor=focal)
