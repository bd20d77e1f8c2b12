"""The notes of revisions stay few: the first change of a transaction removes those of long ago."""

from __future__ import annotations

from django.db import migrations

# Removing notes changes the revision like adding one, so it is done where one is added anyway. Those that
# another transaction is removing right now are left to it: nobody waits here.
NOTE = """
CREATE OR REPLACE FUNCTION partners_note_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counted integer;
BEGIN
    INSERT INTO partners_datarevision (transaction, statements, at)
    VALUES (pg_current_xact_id()::text::bigint, 1, now())
    ON CONFLICT (transaction) DO UPDATE SET statements = partners_datarevision.statements + 1
    RETURNING statements INTO counted;
    IF counted = 1 THEN
        DELETE FROM partners_datarevision WHERE transaction IN (
            SELECT transaction FROM partners_datarevision
            WHERE at < now() - interval '30 days' FOR UPDATE SKIP LOCKED
        );
    END IF;
    RETURN NULL;
END $$;
"""
WITHOUT = """
CREATE OR REPLACE FUNCTION partners_note_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO partners_datarevision (transaction, statements, at)
    VALUES (pg_current_xact_id()::text::bigint, 1, now())
    ON CONFLICT (transaction) DO UPDATE SET statements = partners_datarevision.statements + 1;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    """Replaces the function behind the triggers."""

    dependencies = (("partners", "0008_exchange_who_began"),)
    operations = (migrations.RunSQL(NOTE, WITHOUT),)
