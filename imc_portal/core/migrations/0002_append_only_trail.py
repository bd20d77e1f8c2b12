"""The trail is append-only: the database itself refuses to change or remove an entry."""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION core_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER core_auditentry_append_only BEFORE UPDATE OR DELETE ON core_auditentry
    FOR EACH ROW EXECUTE FUNCTION core_auditentry_refuse();
CREATE TRIGGER core_auditentry_no_truncate BEFORE TRUNCATE ON core_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION core_auditentry_refuse();
"""
BACKWARD = """
DROP TRIGGER core_auditentry_no_truncate ON core_auditentry;
DROP TRIGGER core_auditentry_append_only ON core_auditentry;
DROP FUNCTION core_auditentry_refuse();
"""


class Migration(migrations.Migration):
    """Adds the two triggers."""

    dependencies = (("core", "0001_initial"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
