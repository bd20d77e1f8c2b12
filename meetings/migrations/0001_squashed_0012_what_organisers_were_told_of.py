"""The tables of meetings as they were in their twelfth migration, made at once."""

from __future__ import annotations

import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import imc_portal.core.models.user
from imc_portal.core.tables import CreateModels


class Migration(migrations.Migration):
    """Stands for all of them where none was applied; a database that knows them takes no notice."""

    initial = True
    replaces = [
        ("meetings", "0001_initial"),
        ("meetings", "0002_talks_in_full"),
        ("meetings", "0003_preparation"),
        ("meetings", "0004_attitude_by_area"),
        ("meetings", "0005_minutes_in_versions"),
        ("meetings", "0006_round_knows_its_meeting"),
        ("meetings", "0007_record_revision_page"),
        ("meetings", "0008_when_a_meeting_changed"),
        ("meetings", "0009_paper_log_and_clock"),
        ("meetings", "0010_mail_beside_the_paper_log"),
        ("meetings", "0011_how_long_printing_took"),
        ("meetings", "0012_what_organisers_were_told_of"),
    ]
    dependencies = [
        ("core", "0007_what_left_before_a_restore"),
        ("partners", "0014_cases_that_rest_split_and_merge"),
        ("proposals", "0005_how_long_printing_took"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Meeting",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="meetings",
                                to="partners.case",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("informal", "informal meeting"), ("formal", "formal meeting")],
                                editable=False,
                                max_length=8,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("planned", "planned"),
                                    ("called", "called"),
                                    ("held", "held"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="planned",
                                max_length=10,
                            ),
                        ),
                        (
                            "host",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partners.municipality",
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="starts")),
                        ("ends_at", models.DateTimeField(verbose_name="ends")),
                        (
                            "time_zone",
                            models.CharField(
                                max_length=64,
                                validators=[imc_portal.core.models.user.validate_time_zone],
                                verbose_name="time zone",
                            ),
                        ),
                        ("place", models.CharField(blank=True, max_length=250, verbose_name="place")),
                        ("online_url", models.URLField(blank=True, verbose_name="video link")),
                        (
                            "agenda",
                            models.JSONField(
                                default=list, help_text="Items in order: title, minutes, speaker and papers."
                            ),
                        ),
                        (
                            "sequence",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="Of the calendar entry; grows with each change."
                            ),
                        ),
                        (
                            "changed_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="Since then those who were invited before have to be told.",
                                null=True,
                            ),
                        ),
                        ("called_at", models.DateTimeField(blank=True, null=True)),
                        ("held_at", models.DateTimeField(blank=True, null=True)),
                        ("cancelled_because", models.CharField(blank=True, max_length=500)),
                        ("chair", models.CharField(blank=True, max_length=150, verbose_name="chair")),
                        (
                            "secretary",
                            models.CharField(blank=True, max_length=150, verbose_name="takes the minutes"),
                        ),
                    ],
                    options={
                        "ordering": ("starts_at",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="meeting_ends_after_start",
                                violation_error_message="The meeting ends before it starts.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("place", ""), _negated=True),
                                    models.Q(("online_url", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="meeting_has_a_place",
                                violation_error_message="Give a place or a video link.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "called"), _negated=True),
                                    ("called_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="meeting_called_has_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "held"), _negated=True),
                                    ("held_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="meeting_held_has_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "cancelled"), _negated=True),
                                    models.Q(("cancelled_because", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="meeting_cancelled_has_reason",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["planned", "called"])),
                                fields=("case", "kind"),
                                name="one_open_meeting_of_a_kind",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClarificationRound",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rounds",
                                to="partners.case",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(default=1)),
                        (
                            "meeting",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="rounds",
                                to="meetings.meeting",
                            ),
                        ),
                        ("deadline", models.DateTimeField(verbose_name="answers by")),
                        (
                            "opened_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="seal opened"),
                        ),
                        ("opened_because", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "ordering": ("-number",),
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "number"), name="round_numbered_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("opened_at", None),
                                    models.Q(("opened_because", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="seal_opened_has_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Answer",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="meetings.clarificationround",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "question",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "Do we share the same problems in this function?"),
                                    (2, "Is a needed service missing?"),
                                    (3, "What are the causes?"),
                                    (4, "Could cooperation be a solution?"),
                                    (5, "Which financing could we win together?"),
                                    (6, "Would you seriously consider this area?"),
                                    (7, "Would regional or central authorities support it?"),
                                ]
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answers",
                                to="partners.candidatearea",
                            ),
                        ),
                        (
                            "call",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answers",
                                to="partners.fundingcall",
                            ),
                        ),
                        (
                            "body",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answers",
                                to="partners.body",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("answered", "answered"),
                                    ("disputed", "disputed"),
                                    ("deferred", "deferred"),
                                ],
                                default="open",
                                max_length=8,
                            ),
                        ),
                        ("choice", models.CharField(blank=True, max_length=12)),
                        (
                            "causes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=12),
                                blank=True,
                                default=list,
                                size=None,
                            ),
                        ),
                        ("text", models.TextField(blank=True, max_length=2000)),
                        ("detail", models.TextField(blank=True, max_length=2000)),
                        ("said_by", models.CharField(blank=True, max_length=150, verbose_name="who said so")),
                        ("said_on", models.DateField(blank=True, null=True, verbose_name="when")),
                        ("how", models.CharField(blank=True, max_length=300, verbose_name="how")),
                        (
                            "disputed_by",
                            models.CharField(blank=True, max_length=200, verbose_name="disputed by"),
                        ),
                        (
                            "dispute",
                            models.CharField(blank=True, max_length=1000, verbose_name="what is disputed"),
                        ),
                        (
                            "owner",
                            models.CharField(blank=True, max_length=150, verbose_name="who will answer"),
                        ),
                        ("due", models.DateField(blank=True, null=True, verbose_name="by when")),
                        ("revision", models.PositiveIntegerField(default=0)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("answered_by", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "ordering": ("question", "area__function__code", "participant__municipality__name"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("round", "participant", "question", "area", "call", "body"),
                                name="one_answer_per_cell",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("question", 5), ("area__isnull", False), _connector="OR"),
                                name="answer_is_about_an_area",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("question__range", (1, 7))), name="question_1_to_7"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["answered", "disputed"]), _negated=True),
                                    models.Q(
                                        ("answered_at__isnull", False),
                                        models.Q(("answered_by", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="answered_has_evidence",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "deferred"), _negated=True),
                                    models.Q(models.Q(("owner", ""), _negated=True), ("due__isnull", False)),
                                    _connector="OR",
                                ),
                                name="deferred_has_owner_and_date",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AnswerVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "answer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="meetings.answer",
                            ),
                        ),
                        ("revision", models.PositiveIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("answered", "answered"),
                                    ("disputed", "disputed"),
                                    ("deferred", "deferred"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("said", models.JSONField()),
                        ("by", models.CharField(max_length=200)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ("-revision",),
                        "constraints": [
                            models.UniqueConstraint(fields=("answer", "revision"), name="answer_revised_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attitude",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attitudes",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "value",
                            models.CharField(
                                choices=[
                                    ("positive", "positive"),
                                    ("conditional", "positive on conditions"),
                                    ("undecided", "undecided"),
                                    ("negative", "negative"),
                                ],
                                max_length=12,
                                verbose_name="attitude",
                            ),
                        ),
                        (
                            "conditions",
                            models.TextField(blank=True, max_length=2000, verbose_name="conditions"),
                        ),
                        ("stated_by", models.CharField(max_length=200, verbose_name="stated by")),
                        (
                            "recorded_by",
                            models.CharField(blank=True, max_length=200, verbose_name="recorded by"),
                        ),
                        ("stated_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("-stated_at",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("value", "conditional"), _negated=True),
                                    models.Q(("conditions", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="conditional_names_conditions",
                                violation_error_message="Name the conditions.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AreaAttitude",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "attitude",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="by_area",
                                to="meetings.attitude",
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="area_attitudes",
                                to="partners.candidatearea",
                            ),
                        ),
                        (
                            "value",
                            models.CharField(
                                choices=[
                                    ("positive", "positive"),
                                    ("conditional", "positive on conditions"),
                                    ("undecided", "undecided"),
                                    ("negative", "negative"),
                                ],
                                max_length=12,
                                verbose_name="attitude",
                            ),
                        ),
                        (
                            "conditions",
                            models.CharField(blank=True, max_length=1000, verbose_name="conditions"),
                        ),
                    ],
                    options={
                        "ordering": ("area__function__code",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("attitude", "area"), name="one_attitude_per_area"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("value", "conditional"), _negated=True),
                                    models.Q(("conditions", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="area_conditional_names_conditions",
                                violation_error_message="Name the conditions.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AreaPreparation",
                    fields=[
                        (
                            "area",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="preparation",
                                serialize=False,
                                to="partners.candidatearea",
                            ),
                        ),
                        (
                            "study_by",
                            models.CharField(blank=True, max_length=300, verbose_name="who does the study"),
                        ),
                        (
                            "study_key",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("equal", "equal shares"),
                                    ("population", "by inhabitants"),
                                    ("other", "another key"),
                                ],
                                max_length=12,
                                verbose_name="agreed key for the cost of the study",
                            ),
                        ),
                        (
                            "study_key_note",
                            models.CharField(blank=True, max_length=300, verbose_name="the key in words"),
                        ),
                        ("revision", models.PositiveIntegerField(default=0)),
                        ("recorded_by", models.CharField(max_length=200)),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ("area__function__code",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("study_key", "other"), _negated=True),
                                    models.Q(("study_key_note", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="other_study_key_in_words",
                                violation_error_message="Say which key it is.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseRules",
                    fields=[
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="rules",
                                serialize=False,
                                to="partners.case",
                            ),
                        ),
                        (
                            "quorum",
                            models.PositiveSmallIntegerField(
                                default=2,
                                help_text="Municipalities that must be present.",
                                validators=[
                                    django.core.validators.MinValueValidator(2),
                                    django.core.validators.MaxValueValidator(500),
                                ],
                                verbose_name="quorum of the formal meeting",
                            ),
                        ),
                        (
                            "notice_days",
                            models.PositiveSmallIntegerField(
                                default=10,
                                help_text="Working days between the notice and the meeting.",
                                validators=[django.core.validators.MaxValueValidator(120)],
                                verbose_name="notice of the formal meeting",
                            ),
                        ),
                        (
                            "approval_days",
                            models.PositiveSmallIntegerField(
                                default=2,
                                help_text="Working days in which papers are made, sent, and mended where something goes wrong.",
                                validators=[django.core.validators.MaxValueValidator(60)],
                                verbose_name="time between approval and the last day in good time",
                            ),
                        ),
                        (
                            "reminders",
                            models.PositiveSmallIntegerField(
                                default=2,
                                help_text="At most; after 5, 10, 15 … working days without a sign. Silence is never a refusal.",
                                validators=[django.core.validators.MaxValueValidator(5)],
                                verbose_name="reminders to those who have not answered",
                            ),
                        ),
                        (
                            "look_first",
                            models.BooleanField(
                                default=False,
                                verbose_name="every message waits until somebody has looked at it",
                            ),
                        ),
                        (
                            "ask_first",
                            models.BooleanField(
                                default=False,
                                verbose_name="ask before a message that may have been delivered is sent once more",
                            ),
                        ),
                        (
                            "answer_days",
                            models.PositiveSmallIntegerField(
                                default=7,
                                help_text="Days after the informal meeting until the seal opens.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(120),
                                ],
                                verbose_name="time for the seven questions",
                            ),
                        ),
                        (
                            "objection_days",
                            models.PositiveSmallIntegerField(
                                default=10,
                                help_text="Working days after the minutes were sent.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(120),
                                ],
                                verbose_name="time for objections to the minutes",
                            ),
                        ),
                        (
                            "gate_initiator",
                            models.BooleanField(
                                default=True, verbose_name="the initiator itself must be open to it"
                            ),
                        ),
                        (
                            "gate_others",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[django.core.validators.MaxValueValidator(500)],
                                verbose_name="others that must be open to it",
                            ),
                        ),
                        (
                            "gate_conditional",
                            models.BooleanField(default=True, verbose_name="“positive on conditions” counts"),
                        ),
                        (
                            "gate_areas",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[django.core.validators.MaxValueValidator(100)],
                                verbose_name="areas they must have in common",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "case rules",
                    },
                ),
                migrations.CreateModel(
                    name="DatePoll",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="date_polls",
                                to="partners.case",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("informal", "informal meeting"), ("formal", "formal meeting")],
                                max_length=8,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "open"), ("fixed", "fixed"), ("withdrawn", "taken back")],
                                default="open",
                                max_length=10,
                            ),
                        ),
                        (
                            "time_zone",
                            models.CharField(
                                max_length=64,
                                validators=[imc_portal.core.models.user.validate_time_zone],
                                verbose_name="time zone",
                            ),
                        ),
                        ("place", models.CharField(blank=True, max_length=250, verbose_name="place")),
                        (
                            "message",
                            models.CharField(
                                blank=True, max_length=1000, verbose_name="a word to those asked"
                            ),
                        ),
                        ("answer_by", models.DateTimeField(verbose_name="answers by")),
                        (
                            "meeting",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="date_polls",
                                to="meetings.meeting",
                            ),
                        ),
                        ("asked_by", models.CharField(max_length=200)),
                        ("asked_at", models.DateTimeField(auto_now_add=True)),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ("-asked_at",),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "open")),
                                fields=("case", "kind"),
                                name="one_open_date_poll_of_a_kind",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "open"), ("closed_at__isnull", False), _connector="OR"
                                ),
                                name="date_poll_closed_has_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DateSlot",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "poll",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="slots",
                                to="meetings.datepoll",
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="starts")),
                        ("ends_at", models.DateTimeField(verbose_name="ends")),
                        ("fixed", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ("starts_at",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="slot_ends_after_start",
                                violation_error_message="This time ends before it starts.",
                            ),
                            models.UniqueConstraint(
                                fields=("poll", "starts_at", "ends_at"), name="slot_offered_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("fixed", True)), fields=("poll",), name="one_slot_fixed"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DateAnswer",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "slot",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="meetings.dateslot",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="date_answers",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "body",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="date_answers",
                                to="partners.body",
                            ),
                        ),
                        ("name", models.CharField(max_length=150, verbose_name="who")),
                        (
                            "value",
                            models.CharField(
                                choices=[
                                    ("yes", "can come"),
                                    ("if_needed", "if it must be"),
                                    ("no", "cannot come"),
                                ],
                                max_length=10,
                                verbose_name="can you come?",
                            ),
                        ),
                        ("answered_by", models.CharField(max_length=200)),
                        ("answered_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ("name",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("slot", "participant", "body", "name"),
                                name="one_date_answer_each",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("body__isnull", True), ("participant__isnull", False)),
                                    models.Q(("body__isnull", False), ("participant__isnull", True)),
                                    _connector="OR",
                                ),
                                name="date_answer_of_one_party",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="invitations",
                                to="meetings.meeting",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="invitations",
                                to="partners.participant",
                            ),
                        ),
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
                        (
                            "reply",
                            models.CharField(
                                choices=[
                                    ("none", "no reply yet"),
                                    ("coming", "comes"),
                                    ("not_coming", "does not come"),
                                    ("other_time", "proposes another time"),
                                ],
                                default="none",
                                max_length=10,
                                verbose_name="reply",
                            ),
                        ),
                        (
                            "reply_text",
                            models.CharField(blank=True, max_length=1000, verbose_name="a word to the host"),
                        ),
                        ("replied_at", models.DateTimeField(blank=True, null=True)),
                        ("replied_by", models.CharField(blank=True, max_length=200)),
                        (
                            "delegate_name",
                            models.CharField(blank=True, max_length=150, verbose_name="who comes"),
                        ),
                        (
                            "delegate_office",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("mayor", "mayor"),
                                    ("deputy", "deputy mayor"),
                                    ("chief_executive", "chief executive"),
                                    ("finance", "head of finance"),
                                    ("legal", "legal officer"),
                                    ("registry", "registry"),
                                ],
                                max_length=16,
                                verbose_name="office",
                            ),
                        ),
                        (
                            "mandate",
                            models.CharField(
                                choices=[
                                    ("full", "full mandate"),
                                    ("subject_to_council", "subject to the council"),
                                    ("listening", "listening"),
                                ],
                                default="listening",
                                max_length=20,
                                verbose_name="mandate",
                            ),
                        ),
                        (
                            "appointment",
                            models.CharField(
                                blank=True,
                                help_text="For a formal meeting, when neither the mayor nor a deputy comes.",
                                max_length=300,
                                verbose_name="named by, and when",
                            ),
                        ),
                        ("present", models.BooleanField(blank=True, null=True, verbose_name="was present")),
                    ],
                    options={
                        "ordering": ("participant__municipality__name",),
                        "constraints": [
                            models.UniqueConstraint(fields=("meeting", "participant"), name="invited_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("reply", "none"), ("replied_at__isnull", False), _connector="OR"
                                ),
                                name="reply_has_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Delegate",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "invitation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="delegates",
                                to="meetings.invitation",
                            ),
                        ),
                        ("name", models.CharField(max_length=150, verbose_name="who comes")),
                        (
                            "office",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("mayor", "mayor"),
                                    ("deputy", "deputy mayor"),
                                    ("chief_executive", "chief executive"),
                                    ("finance", "head of finance"),
                                    ("legal", "legal officer"),
                                    ("registry", "registry"),
                                ],
                                max_length=16,
                                verbose_name="office",
                            ),
                        ),
                        (
                            "capacity",
                            models.CharField(
                                choices=[
                                    ("deputy", "stands in for the head of the delegation"),
                                    ("companion", "accompanies"),
                                ],
                                default="companion",
                                max_length=10,
                                verbose_name="capacity",
                            ),
                        ),
                        ("present", models.BooleanField(blank=True, null=True, verbose_name="was present")),
                    ],
                    options={
                        "ordering": ("capacity", "name"),
                        "constraints": [
                            models.UniqueConstraint(fields=("invitation", "name"), name="delegate_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Dispatch",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "invitation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="dispatches",
                                to="meetings.invitation",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dispatches",
                                to="proposals.document",
                            ),
                        ),
                        (
                            "due_at",
                            models.DateTimeField(help_text="The recipient must have the paper by then."),
                        ),
                        (
                            "email",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dispatch",
                                to="core.outgoingemail",
                            ),
                        ),
                        ("problem", models.CharField(blank=True, max_length=300)),
                        ("opened_at", models.DateTimeField(blank=True, null=True)),
                        ("waived_at", models.DateTimeField(blank=True, null=True)),
                        ("waived_by", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "verbose_name_plural": "dispatches",
                        "ordering": ("invitation__participant__municipality__name",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("invitation", "document"),
                                name="dispatched_once",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("waived_at", None),
                                    models.Q(("waived_by", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="waiver_names_who",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExpectationTopic",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="topics",
                                to="partners.case",
                            ),
                        ),
                        ("text", models.CharField(max_length=200, verbose_name="what it is about")),
                        (
                            "raised_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="topics_raised",
                                to="partners.participant",
                                verbose_name="raised by",
                            ),
                        ),
                        ("raised_at", models.DateTimeField(auto_now_add=True)),
                        ("closed", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ("raised_at",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("case", "text"),
                                name="topic_once_per_case",
                                violation_error_message="This is in the list already.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Expectation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "topic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="expectations",
                                to="meetings.expectationtopic",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="expectations",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "stance",
                            models.CharField(
                                choices=[
                                    ("needs", "we need it"),
                                    ("welcomes", "we would welcome it"),
                                    ("indifferent", "it does not matter to us"),
                                    ("reluctant", "we would rather not"),
                                    ("cannot", "we cannot accept it"),
                                ],
                                max_length=12,
                                verbose_name="where we stand",
                            ),
                        ),
                        (
                            "interest",
                            models.TextField(
                                blank=True, max_length=1000, verbose_name="why it matters to us"
                            ),
                        ),
                        (
                            "expectation",
                            models.TextField(blank=True, max_length=1000, verbose_name="what we expect"),
                        ),
                        (
                            "success",
                            models.CharField(
                                blank=True, max_length=500, verbose_name="what would count as success"
                            ),
                        ),
                        (
                            "limit",
                            models.CharField(
                                blank=True, max_length=500, verbose_name="where we cannot go further"
                            ),
                        ),
                        (
                            "concession",
                            models.CharField(blank=True, max_length=500, verbose_name="what we could give"),
                        ),
                        ("number", models.PositiveSmallIntegerField(default=1)),
                        ("stated_by", models.CharField(max_length=200)),
                        ("stated_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("participant__municipality__name", "-number"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("topic", "participant", "number"), name="expectation_numbered_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FormalMeeting",
                    fields=[
                        (
                            "meeting_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to="meetings.meeting",
                            ),
                        ),
                        (
                            "none_because",
                            models.TextField(blank=True, max_length=2000, verbose_name="no outcome, because"),
                        ),
                        ("revision", models.PositiveIntegerField(default=0)),
                    ],
                    bases=("meetings.meeting",),
                ),
                migrations.CreateModel(
                    name="Objective",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="objectives",
                                to="meetings.formalmeeting",
                            ),
                        ),
                        ("text", models.CharField(max_length=500, verbose_name="objective")),
                        ("indicator", models.CharField(blank=True, max_length=200, verbose_name="indicator")),
                        ("baseline", models.CharField(blank=True, max_length=100, verbose_name="today")),
                        ("target", models.CharField(blank=True, max_length=100, verbose_name="target")),
                        (
                            "horizon",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="by the year"
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("created_at",),
                    },
                ),
                migrations.CreateModel(
                    name="SelectedArea",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="selected_areas",
                                to="meetings.formalmeeting",
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="selections",
                                to="partners.candidatearea",
                            ),
                        ),
                        (
                            "objective",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="areas",
                                to="meetings.objective",
                                verbose_name="serves the objective",
                            ),
                        ),
                        ("why", models.CharField(blank=True, max_length=500, verbose_name="why")),
                        (
                            "also_serves",
                            models.ManyToManyField(
                                blank=True,
                                related_name="areas_too",
                                to="meetings.objective",
                                verbose_name="also serves",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("area__function__code",),
                        "constraints": [
                            models.UniqueConstraint(fields=("meeting", "area"), name="area_selected_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExplorationDecision",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "selected_area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="decisions",
                                to="meetings.selectedarea",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "vote",
                            models.CharField(
                                choices=[
                                    ("yes", "yes"),
                                    ("yes_if", "yes, if"),
                                    ("no", "no"),
                                    ("abstain", "abstains"),
                                ],
                                max_length=8,
                                verbose_name="explore feasibility?",
                            ),
                        ),
                        ("condition", models.CharField(blank=True, max_length=500, verbose_name="condition")),
                        ("dissent", models.CharField(blank=True, max_length=1000, verbose_name="dissent")),
                        (
                            "mandate",
                            models.CharField(
                                choices=[
                                    ("full", "full mandate"),
                                    ("subject_to_council", "subject to the council"),
                                    ("listening", "listening"),
                                ],
                                max_length=20,
                                verbose_name="mandate",
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        "ordering": ("selected_area", "participant__municipality__name"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("selected_area", "participant"), name="decided_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("vote", "yes_if"), _negated=True),
                                    models.Q(("condition", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="yes_if_names_condition",
                                violation_error_message="Name the condition.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("mandate", "listening"), _negated=True),
                                    ("vote", "abstain"),
                                    _connector="OR",
                                ),
                                name="listening_only_abstains",
                                violation_error_message="A delegate who only listens cannot decide.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OverarchingGoal",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="goals",
                                to="partners.case",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        ("text", models.CharField(max_length=500, verbose_name="overarching goal")),
                        ("drafted_by", models.CharField(max_length=200)),
                        ("drafted_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("-number",),
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "number"), name="goal_numbered_once"),
                            models.CheckConstraint(
                                condition=models.Q(("text", ""), _negated=True), name="goal_has_words"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GoalVoice",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "goal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="voices",
                                to="meetings.overarchinggoal",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="goal_voices",
                                to="partners.participant",
                            ),
                        ),
                        ("agrees", models.BooleanField(verbose_name="we share this goal")),
                        ("name", models.CharField(max_length=150, verbose_name="in the name of")),
                        ("remark", models.CharField(blank=True, max_length=500, verbose_name="remark")),
                        ("recorded_by", models.CharField(max_length=200)),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ("participant__municipality__name",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("goal", "participant"), name="one_voice_on_a_goal"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True), name="goal_voice_by_name"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("agrees", True), models.Q(("remark", ""), _negated=True), _connector="OR"
                                ),
                                name="goal_refused_says_why",
                                violation_error_message="Say what would have to change.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HandDelivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dispatch",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="by_hand",
                                to="meetings.dispatch",
                            ),
                        ),
                        (
                            "how",
                            models.CharField(
                                choices=[("post", "by post"), ("hand", "by hand")],
                                default="post",
                                max_length=4,
                                verbose_name="how",
                            ),
                        ),
                        ("received_on", models.DateField(verbose_name="received on")),
                        ("received_by", models.CharField(max_length=200, verbose_name="received by")),
                        ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                        (
                            "mail_too",
                            models.BooleanField(default=False, verbose_name="send the e-mail all the same"),
                        ),
                        ("noted_by", models.CharField(max_length=200)),
                        ("noted_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "verbose_name_plural": "hand deliveries",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("received_by", ""), _negated=True),
                                    models.Q(("noted_by", ""), _negated=True),
                                ),
                                name="hand_delivery_names_people",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HandOver",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="hand_overs",
                                to="partners.case",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("full", "full copy"),
                                    ("public", "public copy, without personal data"),
                                ],
                                default="full",
                                max_length=6,
                                verbose_name="copy",
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[
                                    ("en", "English"),
                                    ("fr", "Français"),
                                    ("de", "Deutsch"),
                                    ("es", "Español"),
                                    ("uk", "Українська"),
                                    ("ar", "العربية"),
                                ],
                                default="en",
                                max_length=8,
                                verbose_name="language",
                            ),
                        ),
                        ("file_name", models.CharField(max_length=300)),
                        ("sha256", models.CharField(max_length=64)),
                        ("size", models.PositiveIntegerField()),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("made_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("-made_at",),
                    },
                ),
                migrations.CreateModel(
                    name="HandOverReceiver",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "package",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="receivers",
                                to="meetings.handover",
                            ),
                        ),
                        ("name", models.CharField(max_length=150, verbose_name="name")),
                        ("role", models.CharField(max_length=150, verbose_name="role")),
                        ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                        (
                            "language",
                            models.CharField(
                                choices=[
                                    ("en", "English"),
                                    ("fr", "Français"),
                                    ("de", "Deutsch"),
                                    ("es", "Español"),
                                    ("uk", "Українська"),
                                    ("ar", "العربية"),
                                ],
                                default="en",
                                max_length=8,
                                verbose_name="language",
                            ),
                        ),
                        (
                            "message",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="receiver",
                                to="core.outgoingemail",
                            ),
                        ),
                        ("named_at", models.DateTimeField(auto_now_add=True)),
                        ("fetched_at", models.DateTimeField(blank=True, null=True)),
                        ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                        ("confirmed_by", models.CharField(blank=True, max_length=200)),
                        ("remark", models.CharField(blank=True, max_length=1000, verbose_name="remark")),
                    ],
                    options={
                        "ordering": ("named_at",),
                        "constraints": [
                            models.UniqueConstraint(fields=("package", "email"), name="receiver_named_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("confirmed_at", None),
                                    models.Q(("confirmed_by", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="confirmed_by_somebody",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InformalMeeting",
                    fields=[
                        (
                            "meeting_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to="meetings.meeting",
                            ),
                        ),
                        ("notes", models.TextField(blank=True, max_length=20000, verbose_name="notes")),
                        ("revision", models.PositiveIntegerField(default=0)),
                    ],
                    bases=("meetings.meeting",),
                ),
                migrations.CreateModel(
                    name="MeetingGuest",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="guests",
                                to="meetings.meeting",
                            ),
                        ),
                        (
                            "body",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partners.body",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("observer", "observer"), ("facilitator", "facilitator")],
                                max_length=12,
                                verbose_name="role",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=150, verbose_name="who comes")),
                        ("present", models.BooleanField(blank=True, null=True, verbose_name="was present")),
                    ],
                    options={
                        "ordering": ("role", "body__name"),
                        "constraints": [
                            models.UniqueConstraint(fields=("meeting", "body"), name="guest_once_per_meeting")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MeetingPaper",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="papers",
                                to="meetings.meeting",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("agenda", "agenda"),
                                    ("minutes", "minutes"),
                                    ("final", "minutes, final copy"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[
                                    ("en", "English"),
                                    ("fr", "Français"),
                                    ("de", "Deutsch"),
                                    ("es", "Español"),
                                    ("uk", "Українська"),
                                    ("ar", "العربية"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "edition",
                            models.PositiveIntegerField(
                                default=0, help_text="Sequence of the meeting, or number of the minutes."
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "waiting"), ("stored", "stored"), ("failed", "failed")],
                                default="waiting",
                                max_length=8,
                            ),
                        ),
                        ("file_name", models.CharField(blank=True, max_length=300)),
                        ("sha256", models.CharField(blank=True, max_length=64)),
                        ("size", models.PositiveIntegerField(default=0)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("lease_until", models.DateTimeField(blank=True, null=True)),
                        ("error", models.TextField(blank=True)),
                        ("asked_at", models.DateTimeField(auto_now_add=True)),
                        ("stored_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "render_seconds",
                            models.FloatField(blank=True, help_text="How long printing it took.", null=True),
                        ),
                    ],
                    options={
                        "ordering": ("kind", "-edition", "language"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("meeting", "kind", "language", "edition"),
                                name="paper_once_per_edition",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "stored"), _negated=True),
                                    models.Q(
                                        models.Q(("file_name", ""), _negated=True),
                                        models.Q(("sha256", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="paper_stored_has_file",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "failed"), _negated=True),
                                    models.Q(("error", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="paper_failed_has_error",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Minutes",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="minutes",
                                to="meetings.formalmeeting",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(default=1)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("sent", "sent, waiting for the delegations"),
                                    ("replaced", "replaced by a newer version"),
                                    ("agreed", "agreed by all"),
                                    ("closed", "closed, with what was said against them"),
                                ],
                                default="draft",
                                max_length=10,
                            ),
                        ),
                        (
                            "introduction",
                            models.TextField(blank=True, max_length=4000, verbose_name="introduction"),
                        ),
                        ("items", models.JSONField(blank=True, default=list)),
                        (
                            "closing",
                            models.TextField(blank=True, max_length=4000, verbose_name="closing words"),
                        ),
                        (
                            "what_changed",
                            models.CharField(
                                blank=True,
                                max_length=1000,
                                verbose_name="what changed since the version before",
                            ),
                        ),
                        ("revision", models.PositiveIntegerField(default=0)),
                        ("facts", models.JSONField(blank=True, null=True)),
                        (
                            "sha256",
                            models.CharField(blank=True, help_text="Of the frozen facts.", max_length=64),
                        ),
                        ("drafted_by", models.CharField(max_length=200)),
                        ("drafted_at", models.DateTimeField(auto_now_add=True)),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "objections_until",
                            models.DateTimeField(blank=True, null=True, verbose_name="objections until"),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        ("ending", models.JSONField(blank=True, null=True)),
                        ("posted_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name_plural": "minutes",
                        "ordering": ("-number",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("meeting", "number"), name="minutes_numbered_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["draft", "sent"])),
                                fields=("meeting",),
                                name="one_open_version_of_minutes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "draft"),
                                    models.Q(
                                        ("facts__isnull", False),
                                        ("objections_until__isnull", False),
                                        ("sent_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="minutes_sent_are_frozen",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["agreed", "closed"]), _negated=True),
                                    ("closed_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="minutes_closed_have_time",
                            ),
                        ],
                    },
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
                        (
                            "minutes",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="revisions",
                                to="meetings.minutes",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("words", models.JSONField()),
                        ("kept_by", models.CharField(max_length=200)),
                        ("kept_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ("-number",),
                        "constraints": [
                            models.UniqueConstraint(fields=("minutes", "number"), name="minutes_revised_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MinutesVoice",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "minutes",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="voices",
                                to="meetings.minutes",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="minutes_voices",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "voice",
                            models.CharField(
                                choices=[("agrees", "agrees to the minutes"), ("objects", "objects")],
                                max_length=8,
                                verbose_name="what we say",
                            ),
                        ),
                        ("text", models.TextField(blank=True, max_length=4000, verbose_name="objection")),
                        ("name", models.CharField(max_length=150, verbose_name="in the name of")),
                        (
                            "how",
                            models.CharField(
                                blank=True,
                                help_text="When the host records it.",
                                max_length=300,
                                verbose_name="how it was said",
                            ),
                        ),
                        ("recorded_by", models.CharField(max_length=200)),
                        ("recorded_at", models.DateTimeField()),
                        (
                            "answer",
                            models.TextField(blank=True, max_length=2000, verbose_name="answer of the host"),
                        ),
                        ("answered_by", models.CharField(blank=True, max_length=200)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ("participant__municipality__name", "-recorded_at"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("voice", "objects"), _negated=True),
                                    models.Q(("text", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="objection_has_words",
                                violation_error_message="Say what you object to.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NamedCall",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "answer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="named_calls",
                                to="meetings.answer",
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="call or fund")),
                        (
                            "amount",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="amount"
                            ),
                        ),
                        ("deadline", models.DateField(blank=True, null=True, verbose_name="deadline")),
                        (
                            "min_partners",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="least number of municipalities"
                            ),
                        ),
                        (
                            "min_population",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="least joint population"
                            ),
                        ),
                        (
                            "min_years",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="least duration in years"
                            ),
                        ),
                        (
                            "own_share",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="own share, in %"
                            ),
                        ),
                        (
                            "source",
                            models.CharField(blank=True, max_length=300, verbose_name="where one reads it"),
                        ),
                    ],
                    options={
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="NextStep",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="next_steps",
                                to="meetings.formalmeeting",
                            ),
                        ),
                        ("action", models.CharField(max_length=300, verbose_name="what")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="next_steps",
                                to="partners.participant",
                                verbose_name="municipality",
                            ),
                        ),
                        ("owner_name", models.CharField(max_length=150, verbose_name="who")),
                        ("due", models.DateField(verbose_name="by when")),
                        ("done_at", models.DateTimeField(blank=True, null=True)),
                        ("done_by", models.CharField(blank=True, max_length=200)),
                        (
                            "done_note",
                            models.CharField(blank=True, max_length=500, verbose_name="what came of it"),
                        ),
                        ("reopened_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "depends_on",
                            models.ManyToManyField(
                                blank=True,
                                related_name="blocks",
                                to="meetings.nextstep",
                                verbose_name="comes after",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("due",),
                    },
                ),
                migrations.CreateModel(
                    name="PartyPreparation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="party_preparations",
                                to="partners.candidatearea",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="preparations",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "legal_basis",
                            models.TextField(
                                blank=True, max_length=1000, verbose_name="legal basis that we claim"
                            ),
                        ),
                        (
                            "official_name",
                            models.CharField(blank=True, max_length=150, verbose_name="official in charge"),
                        ),
                        (
                            "official_role",
                            models.CharField(
                                blank=True, max_length=150, verbose_name="function of the official"
                            ),
                        ),
                        (
                            "how_now",
                            models.TextField(blank=True, max_length=1000, verbose_name="how we do it today"),
                        ),
                        (
                            "service_level",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="service level today, in figures"
                            ),
                        ),
                        ("revision", models.PositiveIntegerField(default=0)),
                        ("recorded_by", models.CharField(max_length=200)),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ("area__function__code", "participant__municipality__name"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("area", "participant"), name="party_prepares_area_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Ratification",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ratifications",
                                to="meetings.formalmeeting",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ratifications",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("awaited", "awaited"),
                                    ("given", "ratified"),
                                    ("refused", "not ratified"),
                                ],
                                default="awaited",
                                max_length=8,
                            ),
                        ),
                        (
                            "resolution",
                            models.CharField(
                                blank=True, max_length=100, verbose_name="number of the resolution"
                            ),
                        ),
                        (
                            "resolved_on",
                            models.DateField(blank=True, null=True, verbose_name="date of the resolution"),
                        ),
                        ("text", models.TextField(blank=True, max_length=4000, verbose_name="wording")),
                        (
                            "how",
                            models.CharField(
                                blank=True,
                                help_text="When the host records it.",
                                max_length=300,
                                verbose_name="how it was said",
                            ),
                        ),
                        ("awaited_since", models.DateTimeField(default=django.utils.timezone.now)),
                        ("recorded_by", models.CharField(blank=True, max_length=200)),
                        ("recorded_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ("participant__municipality__name",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("meeting", "participant"), name="one_resolution_each"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "awaited"),
                                    models.Q(
                                        models.Q(("resolution", ""), _negated=True),
                                        ("resolved_on__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="resolution_has_number_and_date",
                                violation_error_message="Give the number and the date of the resolution.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RecordNote",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notes_by_item",
                                to="meetings.meeting",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        ("title", models.CharField(max_length=300, verbose_name="item")),
                        ("text", models.TextField(blank=True, max_length=20000, verbose_name="what is said")),
                        ("revision", models.PositiveIntegerField(default=0)),
                        ("kept_by", models.CharField(blank=True, max_length=200)),
                        ("kept_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ("position",),
                        "constraints": [
                            models.UniqueConstraint(fields=("meeting", "position"), name="one_note_per_item")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RecordRevision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "note",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="revisions",
                                to="meetings.recordnote",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("text", models.TextField(blank=True)),
                        ("page", models.CharField(blank=True, max_length=40)),
                        ("kept_by", models.CharField(max_length=200)),
                        ("kept_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ("-number",),
                        "constraints": [
                            models.UniqueConstraint(fields=("note", "number"), name="note_revised_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Responsibility",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="responsibilities",
                                to="partners.case",
                            ),
                        ),
                        ("task", models.CharField(max_length=200, verbose_name="task")),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="responsibilities",
                                to="partners.participant",
                                verbose_name="municipality",
                            ),
                        ),
                        ("name", models.CharField(max_length=150, verbose_name="who")),
                        ("recorded_by", models.CharField(max_length=200)),
                        ("recorded_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "verbose_name_plural": "responsibilities",
                        "ordering": ("recorded_at",),
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "task"), name="task_once_per_case")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Stakeholder",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="stakeholders",
                                to="partners.case",
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="A group or a body rather than a person.",
                                max_length=200,
                                verbose_name="who",
                            ),
                        ),
                        (
                            "concern",
                            models.CharField(blank=True, max_length=500, verbose_name="what concerns them"),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="stakeholders",
                                to="partners.candidatearea",
                            ),
                        ),
                        ("recorded_by", models.CharField(max_length=200)),
                        ("recorded_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("name",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("case", "name"),
                                name="stakeholder_once_per_case",
                                violation_error_message="This is in the list already.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Telling",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tellings",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[("staff", "staff"), ("council", "council")],
                                max_length=8,
                                verbose_name="who was told",
                            ),
                        ),
                        ("told_on", models.DateField(verbose_name="when")),
                        ("how", models.CharField(blank=True, max_length=200, verbose_name="how")),
                        ("recorded_by", models.CharField(max_length=200)),
                        ("recorded_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("told_on",),
                    },
                ),
                migrations.CreateModel(
                    name="ToldTrouble",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=200, unique=True)),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="told_troubles",
                                to="partners.case",
                            ),
                        ),
                        (
                            "email",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.outgoingemail",
                            ),
                        ),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        "ordering": ("at",),
                        "indexes": [models.Index(fields=["case", "-at"], name="told_of_case")],
                    },
                ),
            ]
        ),
    ]
