"""Evidence says whether a curve was measured and from which size on; municipalities get a property value."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from partners.catalogue import MEASURED_CURVES


def mark(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of the functions in the catalogue only the curve of tax collection was measured."""
    apps.get_model("partners", "Evidence").objects.filter(key__in=MEASURED_CURVES).update(measured_curve=True)


class Migration(migrations.Migration):
    """Adds the fields and marks the one curve that was measured."""

    dependencies = (("partners", "0011_attitude_as_last_stated"),)
    operations = (
        migrations.AddField(
            model_name="evidence",
            name="measured_curve",
            field=models.BooleanField(
                default=False,
                help_text="Then the high benefit is the excess cost at the smallest size studied.",
                verbose_name="the curve of cost by size was measured",
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="studied_from",
            field=models.PositiveIntegerField(
                default=10000,
                help_text="In inhabitants. Below it nothing is extrapolated.",
                verbose_name="smallest size studied",
            ),
        ),
        migrations.AddField(
            model_name="municipality",
            name="property_value",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=14,
                null=True,
                verbose_name="assessed property value per inhabitant",
            ),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    )
