"""Triggers note every transaction that changes what rankings are computed from."""

from __future__ import annotations

from django.db import migrations

TABLES = (
    "partners_municipality",
    "partners_neighbourlink",
    "partners_existingcooperation",
    "partners_cooperationmember",
)
NOTE = """
CREATE FUNCTION partners_note_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO partners_datarevision (transaction, statements, at)
    VALUES (pg_current_xact_id()::text::bigint, 1, now())
    ON CONFLICT (transaction) DO UPDATE SET statements = partners_datarevision.statements + 1;
    RETURN NULL;
END $$;
"""
TRIGGERS = "".join(
    f"CREATE TRIGGER note_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION partners_note_revision();\n"
    for table in TABLES
)
NO_TRIGGERS = "".join(f"DROP TRIGGER note_revision ON {table};\n" for table in TABLES)


class Migration(migrations.Migration):
    """Creates the function and its triggers."""

    dependencies = (("partners", "0006_offers_probes_funding_weights"),)
    operations = (
        migrations.RunSQL(NOTE + TRIGGERS, NO_TRIGGERS + "DROP FUNCTION partners_note_revision();"),
    )
