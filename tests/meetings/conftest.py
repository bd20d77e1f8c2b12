"""What the tests of a file begin with, built once for all of them.

A file with real transactions among its tests builds its `scene` for each of them; any other says once, as
`one_scene`, what all of its tests begin with. Only fixtures import models: this is read before Django is set
up.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.meetings.scenes import Scene


@pytest.fixture
def scene(one_scene: Scene, db: None) -> Scene:
    """The scene of the file as it was built; what a test changes is rolled back after it."""
    return copy.deepcopy(one_scene)
