"""Fill the catalogue of functions and its evidence."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from partners.catalogue import EVIDENCE, FUNCTIONS

CHECKED_ON = dt.date(2026, 11, 22)


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write each fact once; what a curator edits later stays."""
    evidence = apps.get_model("partners", "Evidence")
    function = apps.get_model("partners", "Function")
    keys = {}
    for fact in EVIDENCE:
        keys[fact.key] = evidence.objects.create(
            key=fact.key,
            efficient_scale=fact.scale,
            low=Decimal(fact.low),
            central=Decimal(fact.central),
            high=Decimal(fact.high),
            confidence=fact.confidence,
            source=fact.source,
            checked_on=CHECKED_ON,
        )
    for row in FUNCTIONS:
        function.objects.create(
            code=row.code, name=row.name, cofog=row.cofog, modes=list(row.modes), evidence=keys[row.evidence]
        )


class Migration(migrations.Migration):
    """Fills the catalogue."""

    dependencies = (("partners", "0001_initial"),)
    operations = (migrations.RunPython(fill, migrations.RunPython.noop),)
