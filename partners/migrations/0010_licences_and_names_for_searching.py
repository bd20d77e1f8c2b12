"""Imports name their licence; names are kept folded as well, so that searching needs no accents."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from partners.models.names import Folded

OPEN_LICENCE = "Licence Ouverte 2.0"
NAMED = f"{OPEN_LICENCE} (Etalab)"


def take_licences_out_of_sources(apps: Any, schema_editor: Any) -> None:
    """Where the source of an earlier import ends with the French open licence, it becomes the licence."""
    runs = apps.get_model("partners", "ImportRun").objects.filter(source__endswith=f", {OPEN_LICENCE}")
    for run in runs:
        run.source, run.licence = run.source.removesuffix(f", {OPEN_LICENCE}"), NAMED
        run.save(update_fields=["source", "licence"])


class Migration(migrations.Migration):
    dependencies = [("partners", "0009_forget_old_revisions")]

    operations = [
        migrations.AddField("importrun", "licence", models.CharField("licence", blank=True, max_length=200)),
        migrations.AddField(
            "municipality",
            "search_name",
            models.GeneratedField(
                db_persist=True, expression=Folded("name"), output_field=models.TextField()
            ),
        ),
        migrations.AddField(
            "existingcooperation",
            "search_name",
            models.GeneratedField(
                db_persist=True, expression=Folded("name"), output_field=models.TextField()
            ),
        ),
        migrations.RunPython(take_licences_out_of_sources, migrations.RunPython.noop),
    ]
