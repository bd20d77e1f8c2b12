"""Outlines move to a table of their own: lists and joins no longer carry them."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
INSERT INTO partners_outline (municipality_id, geometry)
SELECT id, boundary FROM partners_municipality WHERE boundary IS NOT NULL
"""
BACKWARD = """
UPDATE partners_municipality SET boundary = partners_outline.geometry
FROM partners_outline WHERE partners_outline.municipality_id = partners_municipality.id
"""


class Migration(migrations.Migration):
    """Creates Outline, copies what is known, drops the column."""

    dependencies = (("partners", "0004_find_municipalities_by_name"),)
    operations = (
        migrations.CreateModel(
            name="Outline",
            fields=[
                (
                    "municipality",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="outline",
                        serialize=False,
                        to="partners.municipality",
                    ),
                ),
                ("geometry", models.JSONField(help_text="GeoJSON geometry in WGS 84.")),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RemoveField(model_name="municipality", name="boundary"),
    )
