"""A round of questions knows the meeting that asks it."""

import django.db.models.deletion
from django.db import migrations, models


def name_the_meeting(apps, schema_editor):
    """Rounds until now were asked by the first informal meeting of the case that was called."""
    Round = apps.get_model("meetings", "ClarificationRound")
    Meeting = apps.get_model("meetings", "Meeting")
    for each in Round.objects.filter(meeting=None):
        called = Meeting.objects.filter(case=each.case_id, kind="informal", state__in=["called", "held"])
        each.meeting = called.order_by("starts_at").first()
        each.save(update_fields=["meeting"])


class Migration(migrations.Migration):
    dependencies = [("meetings", "0005_minutes_in_versions")]

    operations = [
        migrations.AddField(
            model_name="clarificationround",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="rounds",
                to="meetings.meeting",
            ),
        ),
        migrations.RunPython(name_the_meeting, migrations.RunPython.noop),
    ]
