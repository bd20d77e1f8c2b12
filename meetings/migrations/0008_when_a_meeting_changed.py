"""When a meeting changed last; what an item of the agenda holds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0007_record_revision_page")]

    operations = [
        migrations.AddField(
            "meeting",
            "changed_at",
            models.DateTimeField(
                blank=True,
                null=True,
                help_text="Since then those who were invited before have to be told.",
            ),
        ),
        migrations.AlterField(
            "meeting",
            "agenda",
            models.JSONField(default=list, help_text="Items in order: title, minutes, speaker and papers."),
        ),
    ]
