"""The story of a message is append-only, as the trail is; what may go once more is found by the same index."""

from __future__ import annotations

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION core_emailevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the story of a message is append-only';
END $$;
CREATE TRIGGER core_emailevent_append_only BEFORE UPDATE OR DELETE ON core_emailevent
    FOR EACH ROW EXECUTE FUNCTION core_emailevent_refuse();
CREATE TRIGGER core_emailevent_no_truncate BEFORE TRUNCATE ON core_emailevent
    FOR EACH STATEMENT EXECUTE FUNCTION core_emailevent_refuse();
"""
BACKWARD = """
DROP TRIGGER core_emailevent_no_truncate ON core_emailevent;
DROP TRIGGER core_emailevent_append_only ON core_emailevent;
DROP FUNCTION core_emailevent_refuse();
"""


class Migration(migrations.Migration):
    """Adds the two triggers; widens the index."""

    dependencies = (("core", "0005_complaints_have_their_line"),)
    operations = (
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RemoveIndex(model_name="outgoingemail", name="email_due"),
        migrations.AddIndex(
            model_name="outgoingemail",
            index=models.Index(
                fields=["not_before"],
                name="email_due",
                condition=models.Q(("state__in", ["queued", "retry", "sending", "unknown"])),
            ),
        ),
    )
