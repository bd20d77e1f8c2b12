"""What a municipality said for certain areas becomes a statement on each of them."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def by_area(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """One row for each area that an attitude named, with its value and its conditions."""
    attitudes = apps.get_model("meetings", "Attitude").objects.using(editor.connection.alias)
    rows = apps.get_model("meetings", "AreaAttitude")
    rows.objects.using(editor.connection.alias).bulk_create(
        (
            rows(attitude=attitude, area=area, value=attitude.value, conditions=attitude.conditions[:1000])
            for attitude in attitudes.prefetch_related("areas")
            for area in attitude.areas.all()
        ),
        ignore_conflicts=True,
    )


def named_areas(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Back: an attitude names the areas that it was stated on with the same value."""
    attitudes = apps.get_model("meetings", "Attitude").objects.using(editor.connection.alias)
    for attitude in attitudes.prefetch_related("by_area"):
        attitude.areas.set([row.area_id for row in attitude.by_area.all() if row.value == attitude.value])


class Migration(migrations.Migration):
    dependencies = [("meetings", "0003_preparation")]

    operations = [
        migrations.RunPython(by_area, named_areas),
        # The rows just made are checked now: what waits for a check cannot be altered in one transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RemoveField(model_name="attitude", name="areas"),
        migrations.AddField(
            model_name="attitude",
            name="recorded_by",
            field=models.CharField(blank=True, max_length=200, verbose_name="recorded by"),
        ),
    ]
