"""Minutes keep each saving, each answer and how they ended; a step may be taken up again."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_attitude_by_area"),
    ]

    operations = [
        migrations.AddField(
            model_name="minutes",
            name="ending",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="minutes",
            name="items",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="minutes",
            name="posted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="minutes",
            name="what_changed",
            field=models.CharField(
                blank=True, max_length=1000, verbose_name="what changed since the version before"
            ),
        ),
        migrations.AddField(
            model_name="minutesvoice",
            name="answer",
            field=models.TextField(blank=True, max_length=2000, verbose_name="answer of the host"),
        ),
        migrations.AddField(
            model_name="minutesvoice",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="minutesvoice",
            name="answered_by",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="minutesvoice",
            name="how",
            field=models.CharField(
                blank=True,
                help_text="When the host records it.",
                max_length=300,
                verbose_name="how it was said",
            ),
        ),
        migrations.AddField(
            model_name="nextstep",
            name="reopened_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ratification",
            name="awaited_since",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="ratification",
            name="how",
            field=models.CharField(
                blank=True,
                help_text="When the host records it.",
                max_length=300,
                verbose_name="how it was said",
            ),
        ),
        migrations.AlterField(
            model_name="meetingpaper",
            name="kind",
            field=models.CharField(
                choices=[("agenda", "agenda"), ("minutes", "minutes"), ("final", "minutes, final copy")],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="MinutesRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("words", models.JSONField()),
                ("kept_by", models.CharField(max_length=200)),
                ("kept_at", models.DateTimeField()),
                (
                    "minutes",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="meetings.minutes",
                    ),
                ),
            ],
            options={
                "ordering": ("-number",),
                "constraints": [
                    models.UniqueConstraint(fields=("minutes", "number"), name="minutes_revised_once")
                ],
            },
        ),
    ]
