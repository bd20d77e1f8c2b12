"""The tables of partners as they were in their fourteenth migration, made at once, with the catalogue."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import imc_portal.core.models.user
import partners.models.names
from imc_portal.core.tables import CreateModels
from partners.catalogue import EVIDENCE, FUNCTIONS, MEASURED_CURVES

CHECKED_ON = dt.date(2026, 11, 22)
TABLES = (
    "partners_municipality",
    "partners_neighbourlink",
    "partners_existingcooperation",
    "partners_cooperationmember",
)
# Removing notes changes the revision like adding one, so it is done where one is added anyway. Those that
# another transaction is removing right now are left to it: nobody waits here.
NOTE = """
CREATE FUNCTION partners_note_revision() RETURNS trigger LANGUAGE plpgsql AS $$
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
TRIGGERS = "".join(
    f"CREATE TRIGGER note_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION partners_note_revision();\n"
    for table in TABLES
)
NO_TRIGGERS = "".join(f"DROP TRIGGER note_revision ON {table};\n" for table in TABLES)


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor | None) -> None:
    """Write the catalogue of functions and its evidence; what a curator edits later stays."""
    evidence = apps.get_model("partners", "Evidence")
    function = apps.get_model("partners", "Function")
    keys = {}
    for fact in EVIDENCE:
        keys[fact.key] = evidence.objects.create(
            key=fact.key,
            efficient_scale=fact.scale,
            low=Decimal(fact.low),
            central=Decimal(fact.central),
            high=Decimal(fact.high),
            confidence=fact.confidence,
            source=fact.source,
            checked_on=CHECKED_ON,
            measured_curve=fact.key in MEASURED_CURVES,
        )
    for row in FUNCTIONS:
        function.objects.create(
            code=row.code, name=row.name, cofog=row.cofog, modes=list(row.modes), evidence=keys[row.evidence]
        )


class Migration(migrations.Migration):
    """Stands for all of them where none was applied; a database that knows them takes no notice."""

    initial = True
    replaces = [
        ("partners", "0001_initial"),
        ("partners", "0002_catalogue"),
        ("partners", "0003_a_municipality_may_have_no_point"),
        ("partners", "0004_find_municipalities_by_name"),
        ("partners", "0005_outlines_apart"),
        ("partners", "0006_offers_probes_funding_weights"),
        ("partners", "0007_revision_of_the_data"),
        ("partners", "0008_exchange_who_began"),
        ("partners", "0009_forget_old_revisions"),
        ("partners", "0010_licences_and_names_for_searching"),
        ("partners", "0011_attitude_as_last_stated"),
        ("partners", "0012_evidence_says_what_was_studied"),
        ("partners", "0013_languages_of_papers"),
        ("partners", "0014_cases_that_rest_split_and_merge"),
    ]
    dependencies = [
        ("core", "0007_what_left_before_a_restore"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Municipality",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("country", models.CharField(max_length=2, verbose_name="country")),
                        ("code", models.CharField(max_length=20, verbose_name="code")),
                        ("name", models.CharField(max_length=150, verbose_name="name")),
                        (
                            "search_name",
                            models.GeneratedField(
                                db_persist=True,
                                expression=partners.models.names.Folded("name"),
                                output_field=models.TextField(),
                            ),
                        ),
                        ("population", models.PositiveIntegerField(verbose_name="inhabitants")),
                        ("latitude", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                        ("longitude", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                        ("region", models.CharField(blank=True, max_length=20)),
                        ("region_name", models.CharField(blank=True, max_length=150, verbose_name="region")),
                        ("county", models.CharField(blank=True, max_length=20)),
                        ("county_name", models.CharField(blank=True, max_length=150, verbose_name="county")),
                        ("district", models.CharField(blank=True, max_length=20, verbose_name="district")),
                        ("area_km2", models.FloatField(blank=True, null=True, verbose_name="area")),
                        ("language", models.CharField(default="en", max_length=8, verbose_name="language")),
                        (
                            "time_zone",
                            models.CharField(
                                default="UTC",
                                max_length=64,
                                validators=[imc_portal.core.models.user.validate_time_zone],
                                verbose_name="time zone",
                            ),
                        ),
                        (
                            "fiscal_capacity",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=12,
                                null=True,
                                verbose_name="fiscal capacity per inhabitant",
                            ),
                        ),
                        (
                            "property_value",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                verbose_name="assessed property value per inhabitant",
                            ),
                        ),
                        (
                            "email",
                            models.EmailField(blank=True, max_length=254, verbose_name="registry mailbox"),
                        ),
                        ("provenance", models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        "verbose_name_plural": "municipalities",
                        "ordering": ("name", "code"),
                        "indexes": [
                            models.Index(
                                fields=["country", "latitude", "longitude"],
                                name="partners_mu_country_d10adb_idx",
                            ),
                            models.Index(fields=["name", "code"], name="partners_mu_name_4675b7_idx"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("country", "code"),
                                name="municipality_code_in_country",
                                violation_error_message="This code is already used in this country.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))
                                ),
                                name="municipality_on_the_globe",
                                violation_error_message="Latitude lies between -90 and 90, longitude between -180 and 180.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Evidence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=30, unique=True)),
                        (
                            "efficient_scale",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="Inhabitants beyond which unit cost stops falling.",
                                null=True,
                                verbose_name="efficient scale",
                            ),
                        ),
                        (
                            "low",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("0"),
                                max_digits=5,
                                verbose_name="low benefit",
                            ),
                        ),
                        (
                            "central",
                            models.DecimalField(
                                decimal_places=3, default=Decimal("0"), max_digits=5, verbose_name="central"
                            ),
                        ),
                        (
                            "high",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("0"),
                                max_digits=5,
                                verbose_name="high benefit",
                            ),
                        ),
                        (
                            "measured_curve",
                            models.BooleanField(
                                default=False,
                                help_text="Then the high benefit is the excess cost at the smallest size studied.",
                                verbose_name="the curve of cost by size was measured",
                            ),
                        ),
                        (
                            "studied_from",
                            models.PositiveIntegerField(
                                default=10000,
                                help_text="In inhabitants. Below it nothing is extrapolated.",
                                verbose_name="smallest size studied",
                            ),
                        ),
                        ("source", models.CharField(max_length=300, verbose_name="source")),
                        (
                            "confidence",
                            models.CharField(
                                choices=[
                                    ("high", "high"),
                                    ("medium", "medium"),
                                    ("low", "low"),
                                    ("none", "no evidence"),
                                ],
                                max_length=6,
                                verbose_name="confidence",
                            ),
                        ),
                        ("checked_on", models.DateField(verbose_name="checked on")),
                    ],
                    options={
                        "verbose_name_plural": "evidence",
                        "ordering": ("key",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("central__lte", models.F("low")), ("high__lte", models.F("central"))
                                ),
                                name="evidence_in_order",
                                violation_error_message="The high benefit is the largest fall of cost, the low benefit the smallest.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Function",
                    fields=[
                        ("code", models.CharField(max_length=10, primary_key=True, serialize=False)),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        ("cofog", models.CharField(max_length=6, verbose_name="COFOG")),
                        (
                            "modes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("joint_production", "joint service production"),
                                        ("joint_admin", "joint administration"),
                                        ("buy_sell", "selling and buying of services"),
                                        ("joint_planning", "joint planning and development"),
                                        ("joint_funding", "joint funding of projects"),
                                    ],
                                    max_length=20,
                                ),
                                default=list,
                                size=None,
                            ),
                        ),
                        (
                            "evidence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="functions",
                                to="partners.evidence",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("code",),
                    },
                ),
                migrations.CreateModel(
                    name="Need",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "municipality",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="needs",
                                to="partners.municipality",
                            ),
                        ),
                        (
                            "function",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="needs",
                                to="partners.function",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("performance", "poor performance"),
                                    ("missing", "missing service"),
                                    ("opportunity", "opportunity"),
                                ],
                                default="performance",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "severity",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "0 – no problem"),
                                    (1, "1 – slight"),
                                    (2, "2 – notable"),
                                    (3, "3 – serious"),
                                    (4, "4 – the service is failing"),
                                ],
                                verbose_name="severity",
                            ),
                        ),
                        (
                            "causes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("too_small", "too small"),
                                        ("no_staff", "not enough staff"),
                                        ("no_money", "not enough money"),
                                        ("no_equipment", "no equipment"),
                                        ("outdated", "outdated technology"),
                                        ("spill_over", "spill-over from a neighbour"),
                                        ("legal_duty", "new legal duty"),
                                    ],
                                    max_length=12,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                            ),
                        ),
                        ("statement", models.TextField(max_length=2000, verbose_name="what is the need")),
                        (
                            "evidence",
                            models.TextField(blank=True, max_length=2000, verbose_name="what shows it"),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("-severity", "-created_at"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("severity__range", (0, 4))), name="need_severity_0_to_4"
                            ),
                            models.UniqueConstraint(
                                fields=("municipality", "function"),
                                name="need_once_per_function",
                                violation_error_message="This municipality has already recorded a need in this function.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Case",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("title", models.CharField(max_length=150, verbose_name="title")),
                        (
                            "initiator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="initiated_cases",
                                to="partners.municipality",
                            ),
                        ),
                        (
                            "trigger",
                            models.CharField(
                                choices=[
                                    ("finances", "financial difficulty"),
                                    ("dissatisfaction", "citizens dissatisfied with cost or quality"),
                                    ("unemployment", "rising unemployment"),
                                    ("new_service", "a new service is required"),
                                    ("external_money", "external money"),
                                    ("other", "other"),
                                ],
                                max_length=16,
                                verbose_name="trigger",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "need"),
                                    ("areas_screened", "areas screened"),
                                    ("partners_ranked", "partners ranked"),
                                    ("contacting", "contacting"),
                                    ("proposal", "proposal"),
                                    ("informal_meeting", "informal meeting"),
                                    ("clarification", "clarification"),
                                    ("attitude", "attitudes"),
                                    ("formal_convened", "formal meeting convened"),
                                    ("formal_held", "formal meeting held"),
                                    ("minutes_agreed", "minutes agreed"),
                                    ("ratification", "waiting for the councils"),
                                    ("handed_over", "handed over"),
                                    ("parked", "parked"),
                                    ("closed", "closed"),
                                ],
                                default="draft",
                                max_length=16,
                            ),
                        ),
                        ("parked_from", models.CharField(blank=True, editable=False, max_length=16)),
                        (
                            "review_on",
                            models.DateField(blank=True, null=True, verbose_name="look at it again on"),
                        ),
                        ("lessons", models.TextField(blank=True, max_length=2000, verbose_name="lessons")),
                        (
                            "split_from",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="splits",
                                to="partners.case",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="partners.case",
                            ),
                        ),
                        (
                            "classification",
                            models.CharField(
                                choices=[("internal", "internal"), ("participants", "participants")],
                                default="participants",
                                max_length=12,
                                verbose_name="classification",
                            ),
                        ),
                        (
                            "lead_time_days",
                            models.PositiveSmallIntegerField(
                                default=10, verbose_name="lead time in working days"
                            ),
                        ),
                        (
                            "opened_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("opened_at", models.DateTimeField(auto_now_add=True)),
                        ("needs", models.ManyToManyField(related_name="cases", to="partners.need")),
                    ],
                    options={
                        "ordering": ("-opened_at",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state", "parked"), models.Q(("parked_from", ""), _negated=True)
                                    ),
                                    ("state", "closed"),
                                    models.Q(
                                        models.Q(("state__in", ["parked", "closed"]), _negated=True),
                                        ("parked_from", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="case_parked_knows_from_where",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("merged_into", None), ("state", "closed"), _connector="OR"
                                ),
                                name="case_merged_is_closed",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CandidateArea",
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
                                related_name="areas",
                                to="partners.case",
                            ),
                        ),
                        (
                            "function",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partners.function",
                            ),
                        ),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("joint_production", "joint service production"),
                                    ("joint_admin", "joint administration"),
                                    ("buy_sell", "selling and buying of services"),
                                    ("joint_planning", "joint planning and development"),
                                    ("joint_funding", "joint funding of projects"),
                                ],
                                max_length=20,
                                verbose_name="mode",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("candidate", "candidate"),
                                    ("agreed", "to be explored in the talks"),
                                    ("set_aside", "set aside"),
                                ],
                                default="candidate",
                                max_length=10,
                            ),
                        ),
                        (
                            "own_competence",
                            models.BooleanField(
                                default=True,
                                help_text="Not lobbying, boundary reform, another tier of government or cross-border work.",
                                verbose_name="within our own competence",
                            ),
                        ),
                        (
                            "rationale",
                            models.PositiveSmallIntegerField(
                                choices=[(1, "weak"), (2, "fair"), (3, "strong")],
                                default=2,
                                verbose_name="rationale",
                            ),
                        ),
                        (
                            "need_grade",
                            models.PositiveSmallIntegerField(
                                choices=[(1, "weak"), (2, "fair"), (3, "strong")],
                                default=2,
                                verbose_name="need",
                            ),
                        ),
                        (
                            "savings",
                            models.PositiveSmallIntegerField(
                                choices=[(1, "weak"), (2, "fair"), (3, "strong")],
                                default=2,
                                verbose_name="savings",
                            ),
                        ),
                        (
                            "feasibility",
                            models.PositiveSmallIntegerField(
                                choices=[(1, "weak"), (2, "fair"), (3, "strong")],
                                default=2,
                                verbose_name="feasibility",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                    ],
                    options={
                        "ordering": ("function__code",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("case", "function", "mode"),
                                name="area_once_per_case",
                                violation_error_message="This area is already in the case.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "set_aside"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="area_set_aside_has_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "agreed"), _negated=True),
                                    ("own_competence", True),
                                    _connector="OR",
                                ),
                                name="area_agreed_in_own_competence",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Body",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200, unique=True, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("region", "region"),
                                    ("ministry", "ministry"),
                                    ("association", "association of municipalities"),
                                    ("facilitator", "facilitator"),
                                ],
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("country", models.CharField(max_length=2, verbose_name="country")),
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
                    ],
                    options={
                        "verbose_name_plural": "bodies",
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="AuthorityStance",
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
                                related_name="stances",
                                to="partners.candidatearea",
                            ),
                        ),
                        (
                            "body",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stances",
                                to="partners.body",
                            ),
                        ),
                        (
                            "stance",
                            models.CharField(
                                choices=[
                                    ("favour", "in favour"),
                                    ("neutral", "neutral"),
                                    ("against", "against"),
                                ],
                                max_length=8,
                                verbose_name="stance",
                            ),
                        ),
                        ("said_by", models.CharField(max_length=150, verbose_name="who said so")),
                        ("said_on", models.DateField(verbose_name="when")),
                        ("how", models.CharField(max_length=300, verbose_name="how")),
                        ("recorded_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("-said_on", "-recorded_at"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("said_by", ""), _negated=True),
                                    models.Q(("how", ""), _negated=True),
                                ),
                                name="stance_has_evidence",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Baseline",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "need",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="baseline",
                                to="partners.need",
                            ),
                        ),
                        (
                            "annual_cost",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=14,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="annual cost",
                            ),
                        ),
                        (
                            "volume",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="volume",
                            ),
                        ),
                        (
                            "volume_unit",
                            models.CharField(blank=True, max_length=40, verbose_name="unit of the volume"),
                        ),
                        (
                            "staff_fte",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="staff",
                            ),
                        ),
                        (
                            "quality",
                            models.CharField(blank=True, max_length=300, verbose_name="quality today"),
                        ),
                        (
                            "year",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1990),
                                    django.core.validators.MaxValueValidator(2100),
                                ],
                                verbose_name="year",
                            ),
                        ),
                        ("source", models.CharField(blank=True, max_length=200, verbose_name="source")),
                        (
                            "confidence",
                            models.CharField(
                                choices=[
                                    ("high", "high"),
                                    ("medium", "medium"),
                                    ("low", "low"),
                                    ("none", "no evidence"),
                                ],
                                default="medium",
                                max_length=6,
                                verbose_name="confidence",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("annual_cost__gte", 0)), name="baseline_cost_not_negative"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseBody",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="bodies",
                                to="partners.case",
                            ),
                        ),
                        (
                            "body",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cases",
                                to="partners.body",
                            ),
                        ),
                        ("since", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "body"), name="body_once_per_case")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseMerge",
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
                                related_name="merges",
                                to="partners.case",
                            ),
                        ),
                        (
                            "into",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="merges_offered",
                                to="partners.case",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("offered", "offered"),
                                    ("accepted", "accepted"),
                                    ("declined", "declined"),
                                ],
                                default="offered",
                                max_length=8,
                            ),
                        ),
                        ("reason", models.CharField(max_length=500, verbose_name="why together")),
                        (
                            "offered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("offered_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "answer",
                            models.CharField(blank=True, max_length=500, verbose_name="a word to them"),
                        ),
                        ("answered_by", models.CharField(blank=True, max_length=200)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ("-offered_at",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("case", models.F("into")), _negated=True),
                                name="merge_needs_two_cases",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="merge_has_a_reason"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "offered"),
                                    models.Q(
                                        ("answered_at__isnull", False),
                                        models.Q(("answered_by", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="merge_answered_has_time",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "offered")),
                                fields=("case",),
                                name="one_open_offer_to_merge",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OfficeHolder",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "municipality",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="office_holders",
                                to="partners.municipality",
                            ),
                        ),
                        (
                            "office",
                            models.CharField(
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
                        ("name", models.CharField(max_length=150, verbose_name="name")),
                        (
                            "email",
                            models.EmailField(blank=True, max_length=254, verbose_name="e-mail address"),
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
                                help_text="Papers and e-mails come in this language.",
                                max_length=8,
                                verbose_name="language",
                            ),
                        ),
                        (
                            "term_start",
                            models.DateField(blank=True, null=True, verbose_name="in office since"),
                        ),
                        ("term_end", models.DateField(blank=True, null=True, verbose_name="in office until")),
                        (
                            "verified_at",
                            models.DateField(blank=True, null=True, verbose_name="address verified on"),
                        ),
                        (
                            "fictitious",
                            models.BooleanField(default=False, editable=False, verbose_name="fictitious"),
                        ),
                    ],
                    options={
                        "ordering": ("municipality", "office", "name"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("term_end__isnull", True),
                                    ("term_start__isnull", True),
                                    ("term_end__gte", models.F("term_start")),
                                    _connector="OR",
                                ),
                                name="term_ends_after_start",
                                violation_error_message="The term cannot end before it starts.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RankingSnapshot",
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
                                related_name="rankings",
                                to="partners.case",
                            ),
                        ),
                        ("taken_at", models.DateTimeField(auto_now_add=True)),
                        ("taken_by", models.CharField(max_length=200)),
                        (
                            "functions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=10), default=list, size=None
                            ),
                        ),
                        ("weights", models.JSONField()),
                        ("rows", models.JSONField()),
                        ("digest", models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        "ordering": ("-taken_at",),
                    },
                ),
                migrations.CreateModel(
                    name="Participant",
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
                                related_name="participants",
                                to="partners.case",
                            ),
                        ),
                        (
                            "municipality",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="participations",
                                to="partners.municipality",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("initiator", "initiator"),
                                    ("longlisted", "on the long list"),
                                    ("set_aside", "set aside"),
                                    ("selected", "selected"),
                                    ("contacted", "contacted"),
                                    ("acknowledged", "open to talk"),
                                    ("proposal_sent", "has the proposal"),
                                    ("proposal_read", "has read the proposal"),
                                    ("met", "came to the informal meeting"),
                                    ("clarified", "has answered the seven questions"),
                                    ("attitude_stated", "has stated its attitude"),
                                    ("invited_formal", "invited to the formal meeting"),
                                    ("committed", "decided to explore feasibility"),
                                    ("no_response", "has not answered"),
                                    ("declined", "declined"),
                                    ("withdrawn", "withdrew"),
                                    ("observing", "only observes"),
                                    ("deferred", "comes back later"),
                                ],
                                default="longlisted",
                                max_length=16,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                        ("left_from", models.CharField(blank=True, editable=False, max_length=16)),
                        (
                            "deferred_until",
                            models.DateField(blank=True, null=True, verbose_name="comes back on"),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partners.officeholder",
                                verbose_name="recipient",
                            ),
                        ),
                        ("attitude", models.CharField(blank=True, editable=False, max_length=12)),
                        (
                            "ranking",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.RESTRICT,
                                related_name="decided",
                                to="partners.rankingsnapshot",
                            ),
                        ),
                        ("since", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("municipality__name",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("case", "municipality"), name="participant_once_per_case"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "initiator")),
                                fields=("case",),
                                name="case_has_one_initiator",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        (
                                            "state__in",
                                            [
                                                "set_aside",
                                                "no_response",
                                                "declined",
                                                "withdrawn",
                                                "observing",
                                                "deferred",
                                            ],
                                        ),
                                        _negated=True,
                                    ),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="participant_exit_has_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "deferred"), _negated=True),
                                    ("deferred_until__isnull", False),
                                    _connector="OR",
                                ),
                                name="participant_deferred_has_date",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactLog",
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
                                related_name="contacts",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partners.officeholder",
                                verbose_name="spoken to",
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("phone", "by telephone"),
                                    ("email", "by e-mail"),
                                    ("letter", "by letter"),
                                    ("in_person", "in person"),
                                ],
                                max_length=10,
                                verbose_name="how",
                            ),
                        ),
                        (
                            "result",
                            models.CharField(
                                choices=[
                                    ("open", "open to talk"),
                                    ("waiting", "will come back to us"),
                                    ("declined", "does not want to talk"),
                                ],
                                max_length=10,
                                verbose_name="what came of it",
                            ),
                        ),
                        (
                            "summary",
                            models.TextField(blank=True, max_length=2000, verbose_name="in a few words"),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                        (
                            "logged_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("-at",),
                    },
                ),
                migrations.CreateModel(
                    name="ImportRun",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("file_name", models.CharField(max_length=200)),
                        ("sha256", models.CharField(max_length=64)),
                        ("source", models.CharField(blank=True, max_length=300, verbose_name="source")),
                        ("licence", models.CharField(blank=True, max_length=200, verbose_name="licence")),
                        ("imported_at", models.DateTimeField(auto_now_add=True)),
                        ("created", models.PositiveIntegerField(default=0)),
                        ("updated", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "ordering": ("-imported_at",),
                    },
                ),
                migrations.CreateModel(
                    name="ExistingCooperation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("country", models.CharField(max_length=2, verbose_name="country")),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(blank=True, max_length=250, verbose_name="name")),
                        (
                            "search_name",
                            models.GeneratedField(
                                db_persist=True,
                                expression=partners.models.names.Folded("name"),
                                output_field=models.TextField(),
                            ),
                        ),
                        (
                            "legal_form",
                            models.CharField(blank=True, max_length=60, verbose_name="legal form"),
                        ),
                        (
                            "function",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partners.function",
                            ),
                        ),
                        ("since", models.CharField(blank=True, max_length=10, verbose_name="since")),
                        ("until", models.CharField(blank=True, max_length=10, verbose_name="until")),
                        ("outcome", models.CharField(blank=True, max_length=200, verbose_name="outcome")),
                        (
                            "failed",
                            models.BooleanField(
                                default=False,
                                help_text="Counts against the track record of its members.",
                                verbose_name="ended in failure",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="partners.importrun",
                            ),
                        ),
                        (
                            "members",
                            models.ManyToManyField(
                                related_name="cooperations",
                                through="partners.CooperationMember",
                                to="partners.municipality",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("name", "code"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("country", "code"), name="cooperation_code_in_country"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CooperationMember",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "cooperation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to="partners.existingcooperation",
                            ),
                        ),
                        (
                            "municipality",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="cooperation_memberships",
                                to="partners.municipality",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("cooperation", "municipality"), name="cooperation_member_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DataRevision",
                    fields=[
                        ("transaction", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("statements", models.PositiveIntegerField(default=1)),
                        ("at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="FundingCall",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("title", models.CharField(max_length=200, verbose_name="title")),
                        ("funder", models.CharField(max_length=200, verbose_name="funder")),
                        ("country", models.CharField(max_length=2, verbose_name="country")),
                        (
                            "regions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=20),
                                blank=True,
                                default=list,
                                help_text="Codes of regions, separated by commas; empty: the whole country.",
                                size=None,
                                verbose_name="eligible regions",
                            ),
                        ),
                        (
                            "min_partners",
                            models.PositiveSmallIntegerField(
                                default=2,
                                validators=[django.core.validators.MinValueValidator(2)],
                                verbose_name="least number of municipalities",
                            ),
                        ),
                        (
                            "min_population",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="least joint population"
                            ),
                        ),
                        (
                            "max_member_population",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="most inhabitants of one municipality"
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
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(100)],
                                verbose_name="own share, in %",
                            ),
                        ),
                        (
                            "amount_max",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                verbose_name="highest grant",
                            ),
                        ),
                        ("currency", models.CharField(default="EUR", max_length=3, verbose_name="currency")),
                        ("opens_on", models.DateField(blank=True, null=True, verbose_name="opens on")),
                        ("deadline", models.DateField(verbose_name="deadline")),
                        ("source", models.CharField(max_length=300, verbose_name="source")),
                        ("url", models.URLField(blank=True, verbose_name="address of the call")),
                        ("published", models.BooleanField(default=False, verbose_name="published")),
                        (
                            "illustrative",
                            models.BooleanField(default=False, editable=False, verbose_name="illustrative"),
                        ),
                        (
                            "functions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="None chosen: every function.",
                                related_name="funding_calls",
                                to="partners.function",
                                verbose_name="eligible functions",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("deadline", "title"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("opens_on", None),
                                    ("opens_on__lte", models.F("deadline")),
                                    _connector="OR",
                                ),
                                name="call_opens_before_its_deadline",
                                violation_error_message="A call opens before its deadline.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("min_partners__gte", 2)),
                                name="call_needs_two_municipalities",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Listing",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "municipality",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="listings",
                                to="partners.municipality",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("offer", "offer"), ("request", "request")],
                                max_length=8,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "function",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partners.function",
                            ),
                        ),
                        (
                            "mode",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("joint_production", "joint service production"),
                                    ("joint_admin", "joint administration"),
                                    ("buy_sell", "selling and buying of services"),
                                    ("joint_planning", "joint planning and development"),
                                    ("joint_funding", "joint funding of projects"),
                                ],
                                max_length=20,
                                verbose_name="mode",
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="title")),
                        ("text", models.TextField(max_length=2000, verbose_name="what exactly")),
                        ("capacity", models.CharField(blank=True, max_length=150, verbose_name="how much")),
                        (
                            "partners_wanted",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="partners wanted"
                            ),
                        ),
                        ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("submitted", "waits for the curator's check"),
                                    ("returned", "returned by the curator"),
                                    ("published", "published"),
                                    ("closed", "closed"),
                                ],
                                default="draft",
                                max_length=9,
                            ),
                        ),
                        (
                            "closed_because",
                            models.CharField(
                                blank=True,
                                choices=[("enough", "enough partners found"), ("withdrawn", "withdrawn")],
                                max_length=9,
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("submitted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "checked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("checked_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "check_note",
                            models.CharField(blank=True, max_length=500, verbose_name="what to change"),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ("-checked_at", "-created_at"),
                        "indexes": [
                            models.Index(fields=["state", "function"], name="partners_li_state_701082_idx")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "published"), _negated=True),
                                    models.Q(("checked_at__isnull", False), ("checked_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="listing_published_was_checked",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "returned"), _negated=True),
                                    models.Q(("check_note", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="listing_returned_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state", "closed"),
                                        models.Q(("closed_because", ""), _negated=True),
                                        ("closed_at__isnull", False),
                                    ),
                                    models.Q(
                                        models.Q(("state", "closed"), _negated=True),
                                        ("closed_at__isnull", True),
                                        ("closed_because", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="listing_closed_says_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Interest",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "listing",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="interests",
                                to="partners.listing",
                            ),
                        ),
                        (
                            "municipality",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="interests",
                                to="partners.municipality",
                            ),
                        ),
                        ("why", models.TextField(max_length=1500, verbose_name="why this interests us")),
                        (
                            "brings",
                            models.TextField(blank=True, max_length=1000, verbose_name="what we could bring"),
                        ),
                        (
                            "timing",
                            models.CharField(
                                choices=[
                                    ("now", "at once"),
                                    ("this_year", "within a year"),
                                    ("later", "later"),
                                ],
                                max_length=9,
                                verbose_name="from when",
                            ),
                        ),
                        ("contact_name", models.CharField(max_length=150, verbose_name="whom to speak to")),
                        ("contact_email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("sent", "sent"),
                                    ("welcome", "answered: let us talk"),
                                    ("declined", "answered: not this time"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="sent",
                                max_length=9,
                            ),
                        ),
                        ("reply", models.CharField(blank=True, max_length=500, verbose_name="reply")),
                        (
                            "sent_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("sent_at", models.DateTimeField(auto_now_add=True)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ("-sent_at",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("listing", "municipality"),
                                name="interest_once_per_listing",
                                violation_error_message="This municipality has already expressed its interest.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["sent", "withdrawn"]),
                                    ("answered_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="interest_answered_knows_when",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Membership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "municipality",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to="partners.municipality",
                            ),
                        ),
                        (
                            "body",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to="partners.body",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("lead", "lead"),
                                    ("focal_point", "IMC focal point"),
                                    ("officer", "finance or legal officer"),
                                    ("reader", "reader"),
                                    ("observer", "observer"),
                                    ("facilitator", "facilitator"),
                                ],
                                max_length=12,
                                verbose_name="role",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("role",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("user", "municipality", "body", "role"),
                                name="membership_once",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("body", None),
                                        ("municipality__isnull", False),
                                        ("role__in", ["lead", "focal_point", "officer", "reader"]),
                                    ),
                                    models.Q(
                                        ("body__isnull", False),
                                        ("municipality", None),
                                        ("role__in", ["observer", "facilitator"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="membership_role_fits_party",
                                violation_error_message="Leads, focal points, officers and readers belong to a municipality; observers and facilitators to another body.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NeighbourLink",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "a",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="partners.municipality",
                            ),
                        ),
                        (
                            "b",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="partners.municipality",
                            ),
                        ),
                        ("shared_km", models.FloatField(blank=True, null=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["b"], name="partners_ne_b_id_5d016e_idx")],
                        "constraints": [
                            models.UniqueConstraint(fields=("a", "b"), name="neighbours_once"),
                            models.CheckConstraint(
                                condition=models.Q(("a__lt", models.F("b"))), name="neighbours_in_order"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Outline",
                    fields=[
                        (
                            "municipality",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="outline",
                                serialize=False,
                                to="partners.municipality",
                            ),
                        ),
                        ("geometry", models.JSONField(help_text="GeoJSON geometry in WGS 84.")),
                    ],
                ),
                migrations.CreateModel(
                    name="Probe",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "municipality",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="probes",
                                to="partners.municipality",
                            ),
                        ),
                        (
                            "other",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="partners.municipality",
                            ),
                        ),
                        (
                            "function",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partners.function",
                            ),
                        ),
                        ("interested", models.BooleanField(verbose_name="interested")),
                        ("asked_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "said_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("said_at", models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        "ordering": ("-said_at",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("municipality", "other", "function"), name="probe_said_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("municipality", models.F("other")), _negated=True),
                                name="probe_is_about_another",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProbeQuestion",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "municipality",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="probe_questions",
                                to="partners.municipality",
                            ),
                        ),
                        (
                            "function",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partners.function",
                            ),
                        ),
                        ("asked_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("about", models.ManyToManyField(related_name="+", to="partners.municipality")),
                    ],
                    options={
                        "ordering": ("-asked_at",),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("answered_at", None)),
                                fields=("municipality", "function"),
                                name="probe_question_once_open",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RankingWeights",
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
                                related_name="weightings",
                                to="partners.case",
                            ),
                        ),
                        ("weights", models.JSONField()),
                        ("reason", models.CharField(max_length=300, verbose_name="reason")),
                        (
                            "set_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("set_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "verbose_name_plural": "ranking weights",
                        "ordering": ("-set_at",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True),
                                name="weights_have_a_reason",
                            )
                        ],
                    },
                ),
            ]
        ),
        # They note every transaction that changes what rankings are computed from.
        migrations.RunSQL(NOTE + TRIGGERS, NO_TRIGGERS + "DROP FUNCTION partners_note_revision();"),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
