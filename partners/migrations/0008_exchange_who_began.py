from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0007_revision_of_the_data")]

    operations = [
        migrations.AddField(
            model_name="probe",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True),
        )
    ]
