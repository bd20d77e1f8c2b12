"""What the tests of a file begin with, built once for all of them.

A file with real transactions among its tests builds its `scene` for each of them; any other says once, as
`one_scene`, what all of its tests begin with. Only fixtures import models: this is read before Django is set
up.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_django
from django.db import transaction

if TYPE_CHECKING:
    from tests.meetings.scenes import Scene


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """What fixtures of the file build on this stands until the file is done."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def scene(one_scene: Scene, db: None) -> Scene:
    """The scene of the file as it was built; what a test changes is rolled back after it."""
    return copy.deepcopy(one_scene)
