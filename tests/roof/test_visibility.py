"""Who sees what is asked by lists of keys: rows of one side never multiply those of another."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from tests import makers

#: Joined to one person's own seats and to nothing else; `distinct` makes a row one.
ONE_JOIN = {"Need", "Proposal"}


def guarded() -> list[type[models.Model]]:
    """Every model that knows who may see its rows."""
    return [model for model in apps.get_models() if hasattr(model._default_manager, "visible_to")]


@pytest.mark.django_db
@pytest.mark.parametrize("model", guarded(), ids=lambda model: model.__name__)
def test_no_side_multiplies_another(model: type[models.Model]) -> None:
    """Three joined memberships made one statement about some hundred answers last for minutes."""
    person = makers.make_member(makers.make_municipality())
    rows = model._default_manager.visible_to(person)  # type: ignore[attr-defined]  # guarded ones have it
    assert str(rows.query).count('JOIN "partners_membership"') <= (model.__name__ in ONE_JOIN)
