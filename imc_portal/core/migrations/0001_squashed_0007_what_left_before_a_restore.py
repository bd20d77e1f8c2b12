"""The tables of the floor as they were in its seventh migration, made at once."""

from __future__ import annotations

import uuid

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models

import imc_portal.core.models.link
import imc_portal.core.models.user
from imc_portal.core.tables import CreateModels

REFUSE = """
CREATE FUNCTION core_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER core_auditentry_append_only BEFORE UPDATE OR DELETE ON core_auditentry
    FOR EACH ROW EXECUTE FUNCTION core_auditentry_refuse();
CREATE TRIGGER core_auditentry_no_truncate BEFORE TRUNCATE ON core_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION core_auditentry_refuse();
CREATE FUNCTION core_emailevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the story of a message is append-only';
END $$;
CREATE TRIGGER core_emailevent_append_only BEFORE UPDATE OR DELETE ON core_emailevent
    FOR EACH ROW EXECUTE FUNCTION core_emailevent_refuse();
CREATE TRIGGER core_emailevent_no_truncate BEFORE TRUNCATE ON core_emailevent
    FOR EACH STATEMENT EXECUTE FUNCTION core_emailevent_refuse();
"""
ALLOW = """
DROP TRIGGER core_auditentry_no_truncate ON core_auditentry;
DROP TRIGGER core_auditentry_append_only ON core_auditentry;
DROP FUNCTION core_auditentry_refuse();
DROP TRIGGER core_emailevent_no_truncate ON core_emailevent;
DROP TRIGGER core_emailevent_append_only ON core_emailevent;
DROP FUNCTION core_emailevent_refuse();
"""


class Migration(migrations.Migration):
    """Stands for all of them where none was applied; a database that knows them takes no notice."""

    initial = True
    replaces = [
        ("core", "0001_initial"),
        ("core", "0002_append_only_trail"),
        ("core", "0003_delivery_that_cannot_fail_silently"),
        ("core", "0004_how_far_a_slow_look_has_come"),
        ("core", "0005_complaints_have_their_line"),
        ("core", "0006_append_only_story"),
        ("core", "0007_what_left_before_a_restore"),
    ]
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="AcceptedBefore",
                    fields=[
                        ("message_id", models.CharField(max_length=200, primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(blank=True, null=True)),
                        ("source", models.CharField(help_text="Where that is known from.", max_length=200)),
                    ],
                    options={
                        "verbose_name_plural": "accepted before",
                    },
                ),
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True)),
                        ("actor_key", models.CharField(max_length=80)),
                        ("actor_name", models.CharField(max_length=200)),
                        ("verb", models.CharField(max_length=60)),
                        (
                            "context",
                            models.CharField(
                                blank=True,
                                help_text="What the act belongs to, for its timeline.",
                                max_length=80,
                            ),
                        ),
                        ("target_key", models.CharField(max_length=120)),
                        ("target_text", models.CharField(max_length=300)),
                        ("before", models.JSONField(blank=True, default=dict)),
                        ("after", models.JSONField(blank=True, default=dict)),
                        ("reason", models.TextField(blank=True)),
                    ],
                    options={
                        "verbose_name_plural": "audit entries",
                        "ordering": ("-at", "-id"),
                        "indexes": [
                            models.Index(fields=["context", "-at"], name="core_audite_context_41330b_idx"),
                            models.Index(fields=["target_key"], name="core_audite_target__628617_idx"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CheckRound",
                    fields=[
                        ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                        (
                            "place",
                            models.CharField(
                                blank=True, help_text="After which the look goes on.", max_length=400
                            ),
                        ),
                        ("looked_at", models.PositiveIntegerField(default=0, help_text="In this round.")),
                        ("began_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField()),
                        (
                            "ended_at",
                            models.DateTimeField(blank=True, help_text="Of the last whole round.", null=True),
                        ),
                    ],
                    options={
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="PersonalLink",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("purpose", models.CharField(max_length=40)),
                        ("subject", models.UUIDField()),
                        ("holder", models.CharField(max_length=200)),
                        ("language", models.CharField(default="en", max_length=8)),
                        (
                            "nonce",
                            models.CharField(
                                default=imc_portal.core.models.link.new_nonce, editable=False, max_length=32
                            ),
                        ),
                        ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("expires_at", models.DateTimeField()),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        ("first_opened_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ("-created_at",),
                        "indexes": [
                            models.Index(fields=["purpose", "subject"], name="core_person_purpose_e01976_idx")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OutgoingEmail",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("key", models.CharField(max_length=200, unique=True)),
                        ("context", models.CharField(blank=True, db_index=True, max_length=80)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("held", "held back"),
                                    ("queued", "queued"),
                                    ("sending", "being sent"),
                                    ("retry", "will be tried again"),
                                    ("sent", "sent"),
                                    ("unknown", "unknown, may have been delivered"),
                                    ("bounced", "came back"),
                                    ("failed", "failed"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="queued",
                                max_length=10,
                            ),
                        ),
                        ("to_address", models.EmailField(max_length=254)),
                        ("to_name", models.CharField(blank=True, max_length=200)),
                        ("reply_to", models.CharField(blank=True, max_length=300)),
                        ("language", models.CharField(default="en", max_length=8)),
                        ("subject", models.CharField(max_length=250)),
                        ("text", models.TextField()),
                        ("html", models.TextField(blank=True)),
                        (
                            "link",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.personallink",
                            ),
                        ),
                        ("message_id", models.CharField(max_length=200, unique=True)),
                        (
                            "thread_id",
                            models.CharField(
                                blank=True,
                                help_text="Message-ID that this message refers to.",
                                max_length=200,
                            ),
                        ),
                        ("not_before", models.DateTimeField()),
                        (
                            "give_up_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="After this moment another attempt is of no use.",
                                null=True,
                            ),
                        ),
                        (
                            "ask_first",
                            models.BooleanField(
                                default=False,
                                help_text="When it may have been delivered, a person decides whether it is sent again.",
                            ),
                        ),
                        (
                            "again_of",
                            models.ForeignKey(
                                blank=True,
                                help_text="The message that this one says again.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sent_again",
                                to="core.outgoingemail",
                            ),
                        ),
                        ("again_because", models.CharField(blank=True, max_length=500)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("lease_until", models.DateTimeField(blank=True, null=True)),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        ("claimed_at", models.DateTimeField(blank=True, null=True)),
                        ("bounced_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "server",
                            models.CharField(
                                blank=True, help_text="Which server took it over.", max_length=255
                            ),
                        ),
                        ("server_reply", models.CharField(blank=True, max_length=300)),
                        ("last_error", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("-created_at",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["queued", "retry", "sending", "unknown"])),
                                fields=["not_before"],
                                name="email_due",
                            ),
                            models.Index(fields=["claimed_at"], name="email_claimed"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                                    models.Q(("state", "sent"), _negated=True),
                                    _connector="OR",
                                ),
                                name="email_sent_has_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("lease_until__isnull", False), ("state", "sending")),
                                    models.Q(("state", "sending"), _negated=True),
                                    _connector="OR",
                                ),
                                name="email_sending_has_lease",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "failed"), _negated=True),
                                    models.Q(("last_error", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="email_failed_has_error",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "bounced"), _negated=True),
                                    models.Q(
                                        ("bounced_at__isnull", False),
                                        models.Q(("last_error", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="email_bounced_has_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("again_of", None),
                                    models.Q(("again_because", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="email_again_has_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("thread_id", models.F("message_id")), _negated=True),
                                name="email_does_not_refer_to_itself",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EmailAttachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "email",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attachments",
                                to="core.outgoingemail",
                            ),
                        ),
                        ("filename", models.CharField(max_length=150)),
                        ("content_type", models.CharField(max_length=150)),
                        ("content", models.BinaryField(blank=True, null=True)),
                        ("document_name", models.CharField(blank=True, max_length=300)),
                        ("sha256", models.CharField(max_length=64)),
                    ],
                    options={
                        "ordering": ("id",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("content__isnull", False), ("document_name", "")),
                                    models.Q(
                                        ("content__isnull", True),
                                        models.Q(("document_name", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="attachment_has_one_source",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EmailEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "email",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="events",
                                to="core.outgoingemail",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("queued", "queued"),
                                    ("held", "held back"),
                                    ("released", "released"),
                                    ("claimed", "taken for sending"),
                                    ("accepted", "accepted by the mail server"),
                                    ("postponed", "put off"),
                                    ("refused", "refused by the mail server"),
                                    ("uncertain", "unknown, may have been delivered"),
                                    ("settled", "settled by a person"),
                                    ("given_up", "given up"),
                                    ("delayed", "delayed on its way"),
                                    ("bounced", "came back"),
                                    ("delivered", "delivered, says the other server"),
                                    ("complained", "called unwanted by the recipient"),
                                    ("cancelled", "cancelled"),
                                    ("again", "sent again as a new message"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("attempt", models.PositiveSmallIntegerField(default=0)),
                        ("detail", models.CharField(blank=True, max_length=500)),
                        ("who", models.CharField(blank=True, max_length=200)),
                        ("report_id", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "ordering": ("at", "id"),
                        "indexes": [models.Index(fields=["kind", "at"], name="email_event_kind")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("report_id", ""), _negated=True),
                                fields=("report_id",),
                                name="report_counts_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Incident",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("missing", "a stored document is missing"),
                                    ("altered", "a stored document was altered"),
                                    ("store", "the store of documents does not answer"),
                                    ("poison", "a document breaks its printer"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "target_key",
                            models.CharField(
                                help_text="What it is about: a record or a file.", max_length=300
                            ),
                        ),
                        ("context", models.CharField(blank=True, db_index=True, max_length=80)),
                        ("detail", models.CharField(blank=True, max_length=500)),
                        ("first_seen", models.DateTimeField()),
                        ("last_seen", models.DateTimeField()),
                        ("times", models.PositiveIntegerField(default=1)),
                        ("settled_at", models.DateTimeField(blank=True, null=True)),
                        ("settled_by", models.CharField(blank=True, max_length=200)),
                        ("settled_how", models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        "ordering": ("-last_seen",),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("settled_at", None)),
                                fields=("kind", "target_key"),
                                name="incident_open_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("settled_at", None),
                                    models.Q(
                                        models.Q(("settled_by", ""), _negated=True),
                                        models.Q(("settled_how", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="settled_incident_names_who_and_how",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MailPace",
                    fields=[
                        ("domain", models.CharField(max_length=255, primary_key=True, serialize=False)),
                        ("minute", models.DateTimeField()),
                        ("used", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name_plural": "mail paces",
                    },
                ),
                migrations.CreateModel(
                    name="UndeliverableAddress",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "address",
                            models.EmailField(help_text="In small letters.", max_length=254, unique=True),
                        ),
                        ("since", models.DateTimeField()),
                        ("reason", models.CharField(max_length=500)),
                        (
                            "email",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="core.outgoingemail",
                            ),
                        ),
                        ("lifted_at", models.DateTimeField(blank=True, null=True)),
                        ("lifted_by", models.CharField(blank=True, max_length=200)),
                        ("lifted_because", models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        "verbose_name_plural": "undeliverable addresses",
                        "ordering": ("-since",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("lifted_at", None),
                                    models.Q(
                                        models.Q(("lifted_by", ""), _negated=True),
                                        models.Q(("lifted_because", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="lifted_address_names_who_and_why",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        (
                            "last_login",
                            models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                        ),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        (
                            "email",
                            models.EmailField(max_length=254, unique=True, verbose_name="e-mail address"),
                        ),
                        ("name", models.CharField(max_length=150, verbose_name="name")),
                        (
                            "language",
                            models.CharField(
                                choices=[("en", "English"), ("fr", "French")],
                                default="en",
                                max_length=8,
                                verbose_name="language",
                            ),
                        ),
                        (
                            "time_zone",
                            models.CharField(
                                default="UTC",
                                max_length=64,
                                validators=[imc_portal.core.models.user.validate_time_zone],
                                verbose_name="time zone",
                            ),
                        ),
                        ("is_staff", models.BooleanField(default=False, verbose_name="curator")),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "date_joined",
                            models.DateTimeField(default=django.utils.timezone.now, editable=False),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("name", "email"),
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("email"),
                                name="user_email_ignoring_case",
                                violation_error_message="This address is taken.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WorkerBeat",
                    fields=[
                        ("name", models.CharField(max_length=200, primary_key=True, serialize=False)),
                        ("queues", models.CharField(blank=True, max_length=200)),
                        ("started_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField(db_index=True)),
                    ],
                    options={
                        "ordering": ("name",),
                    },
                ),
            ]
        ),
        # The trail and the story of a message are append-only: the database itself refuses to change an entry.
        migrations.RunSQL(REFUSE, ALLOW),
    ]
