"""The tables of proposals as they were in their fifth migration, made at once."""

from __future__ import annotations

import uuid
from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from imc_portal.core.tables import CreateModels


class Migration(migrations.Migration):
    """Stands for all of them where none was applied; a database that knows them takes no notice."""

    initial = True
    replaces = [
        ("proposals", "0001_initial"),
        ("proposals", "0002_answer_by"),
        ("proposals", "0003_inputs_terms_and_drafts"),
        ("proposals", "0004_statements_in_order"),
        ("proposals", "0005_how_long_printing_took"),
    ]
    dependencies = [
        ("core", "0007_what_left_before_a_restore"),
        ("partners", "0014_cases_that_rest_split_and_merge"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Proposal",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="proposal",
                                to="partners.case",
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("-created_at",),
                    },
                ),
                migrations.CreateModel(
                    name="ProposalVersion",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="proposals.proposal",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("submitted", "waiting for the lead's approval"),
                                    ("approved", "approved"),
                                ],
                                default="draft",
                                max_length=10,
                            ),
                        ),
                        ("why", models.TextField(blank=True, max_length=5000, verbose_name="why we write")),
                        (
                            "areas_text",
                            models.TextField(
                                blank=True, max_length=5000, verbose_name="the areas we propose to explore"
                            ),
                        ),
                        (
                            "next_steps",
                            models.TextField(
                                blank=True,
                                max_length=5000,
                                verbose_name="what would happen next, and by when",
                            ),
                        ),
                        (
                            "not_asked",
                            models.TextField(blank=True, max_length=5000, verbose_name="what we do not ask"),
                        ),
                        (
                            "answer_by",
                            models.DateField(
                                blank=True,
                                help_text="The one date on the first page of every recipient's paper.",
                                null=True,
                                verbose_name="please answer by",
                            ),
                        ),
                        (
                            "cost_key",
                            models.CharField(
                                choices=[
                                    ("equal", "equal shares"),
                                    ("population", "by inhabitants"),
                                    ("usage", "by use"),
                                    ("fiscal_capacity", "by fiscal capacity"),
                                    ("property_value", "by property value"),
                                    ("mixed", "mixed"),
                                    ("base_usage", "base fee and use"),
                                    ("solo_cost", "by today's cost"),
                                    ("scrb", "separable cost, remaining benefit"),
                                    ("shapley", "by cost caused (Shapley)"),
                                    ("nucleolus", "smallest regret (nucleolus)"),
                                ],
                                default="population",
                                help_text="The one figure and the years use it; all keys stand side by side in the annex.",
                                max_length=16,
                                verbose_name="cost key of the first page",
                            ),
                        ),
                        (
                            "annexes_shared",
                            models.BooleanField(
                                default=False,
                                help_text="Otherwise each reads its own alone. The proposal says which.",
                                verbose_name="every recipient reads all annexes",
                            ),
                        ),
                        (
                            "what_changed",
                            models.TextField(
                                blank=True,
                                help_text="In your words; the paper lists the changed passages by itself.",
                                max_length=5000,
                                verbose_name="what changed since the last version",
                            ),
                        ),
                        (
                            "figures",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                help_text="The figures it was built on, frozen on approval.",
                            ),
                        ),
                        ("revision", models.PositiveIntegerField(default=0)),
                        (
                            "drafted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("submitted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("returned_because", models.CharField(blank=True, max_length=500)),
                        ("approved_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "single_handed",
                            models.BooleanField(
                                default=False,
                                help_text="Drafted and approved by one person, because the municipality has only one.",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("-number",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("proposal", "number"), name="version_number_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["draft", "submitted"])),
                                fields=("proposal",),
                                name="one_open_version",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "approved"), _negated=True),
                                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="version_approved_has_evidence",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "approved"), _negated=True),
                                    ("single_handed", True),
                                    models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="version_four_eyes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Annex",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="annexes",
                                to="proposals.proposalversion",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="annexes",
                                to="partners.participant",
                            ),
                        ),
                        (
                            "opening",
                            models.TextField(
                                blank=True, max_length=5000, verbose_name="opening words to this recipient"
                            ),
                        ),
                        (
                            "open_questions",
                            models.TextField(
                                blank=True, max_length=5000, verbose_name="our open questions to it"
                            ),
                        ),
                        ("revision", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name_plural": "annexes",
                        "ordering": ("participant__municipality__name",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("version", "participant"), name="annex_once_per_recipient"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AreaTerms",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="terms",
                                to="proposals.proposal",
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
                            "unit_cost",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="Stands in for members whose own cost is not known.",
                                max_digits=12,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="cost per inhabitant at efficient scale",
                            ),
                        ),
                        (
                            "unit_cost_source",
                            models.CharField(blank=True, max_length=200, verbose_name="source of this cost"),
                        ),
                        (
                            "share_equal",
                            models.PositiveSmallIntegerField(
                                default=20, verbose_name="mixed key: in equal shares, %"
                            ),
                        ),
                        (
                            "share_population",
                            models.PositiveSmallIntegerField(
                                default=50, verbose_name="mixed key: by inhabitants, %"
                            ),
                        ),
                        (
                            "share_fiscal",
                            models.PositiveSmallIntegerField(
                                default=30, verbose_name="mixed key: by fiscal capacity, %"
                            ),
                        ),
                        (
                            "base_share",
                            models.PositiveSmallIntegerField(
                                default=30,
                                help_text="Part of the cost that is shared equally under the key “base fee and use”.",
                                validators=[django.core.validators.MaxValueValidator(100)],
                                verbose_name="base fee, %",
                            ),
                        ),
                        (
                            "grant_amount",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="For the whole group. Shown on a line of its own, never counted as a saving.",
                                max_digits=14,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                                verbose_name="grant that could be applied for",
                            ),
                        ),
                        (
                            "grant_years",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(20),
                                ],
                                verbose_name="paid over how many years",
                            ),
                        ),
                        (
                            "grant_source",
                            models.CharField(blank=True, max_length=200, verbose_name="which grant, by whom"),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "terms of areas",
                        "ordering": ("function",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("proposal", "function"), name="terms_once_per_function"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "share_equal",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.Value(100), "-", models.F("share_population")
                                            ),
                                            "-",
                                            models.F("share_fiscal"),
                                        ),
                                    )
                                ),
                                name="terms_weights_are_whole",
                                violation_error_message="The three weights of the mixed key add up to 100.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("base_share__lte", 100)),
                                name="terms_base_share_up_to_100",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("unit_cost__isnull", True),
                                    models.Q(("unit_cost_source", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="terms_unit_cost_has_source",
                                violation_error_message="Say where the cost per inhabitant comes from.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("grant_amount__isnull", True),
                                    models.Q(("grant_source", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="terms_grant_has_source",
                                violation_error_message="Say which grant it is and who gives it.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Document",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="documents",
                                to="proposals.proposalversion",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="documents",
                                to="partners.participant",
                            ),
                        ),
                        ("language", models.CharField(max_length=8)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "waiting to be rendered"),
                                    ("rendering", "being rendered"),
                                    ("rendered", "rendered"),
                                    ("failed", "could not be rendered"),
                                ],
                                default="queued",
                                max_length=10,
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("lease_until", models.DateTimeField(blank=True, null=True)),
                        ("last_error", models.TextField(blank=True)),
                        ("file_name", models.CharField(blank=True, max_length=300)),
                        ("sha256", models.CharField(blank=True, max_length=64)),
                        ("size", models.PositiveIntegerField(blank=True, null=True)),
                        ("pages", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("rendered_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "render_seconds",
                            models.FloatField(blank=True, help_text="How long printing it took.", null=True),
                        ),
                    ],
                    options={
                        "ordering": ("participant__municipality__name",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("version", "participant"), name="document_once_per_recipient"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "rendered"), _negated=True),
                                    models.Q(
                                        ("rendered_at__isnull", False),
                                        ("size__gt", 0),
                                        models.Q(("sha256", ""), _negated=True),
                                        models.Q(("file_name", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="document_rendered_has_file",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "rendering"), _negated=True),
                                    ("lease_until__isnull", False),
                                    _connector="OR",
                                ),
                                name="document_rendering_has_lease",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DraftRevision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="revisions",
                                to="proposals.proposalversion",
                            ),
                        ),
                        (
                            "annex",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="revisions",
                                to="proposals.annex",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("words", models.JSONField(default=dict)),
                        (
                            "saved_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("saved_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ("-number",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("version", "annex", "number"),
                                name="draft_revision_once",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MemberInput",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="inputs",
                                to="proposals.proposal",
                            ),
                        ),
                        (
                            "participant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="inputs",
                                to="partners.participant",
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
                            "annual_cost",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="cost a year",
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
                                verbose_name="volume a year",
                            ),
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
                        (
                            "origin",
                            models.CharField(
                                choices=[
                                    ("measured", "measured: from its accounts or records"),
                                    ("estimated", "estimated: said or reckoned by someone who knows it"),
                                    ("assumed", "assumed: a working hypothesis"),
                                ],
                                default="estimated",
                                max_length=10,
                                verbose_name="how we know",
                            ),
                        ),
                        ("source", models.CharField(max_length=200, verbose_name="source")),
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
                        "ordering": ("function", "participant__municipality__name"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("proposal", "participant", "function"),
                                name="input_once_per_member_and_function",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("annual_cost__isnull", False), ("volume__isnull", False), _connector="OR"
                                ),
                                name="input_says_something",
                                violation_error_message="Give a cost, a volume, or both.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Statement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "annex",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="statements",
                                to="proposals.annex",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("shared_overheads", "benefit: shared overheads"),
                                    ("unit_cost", "benefit: lower unit cost or better quality"),
                                    ("minimum_size", "benefit: reaches the size at which a service exists"),
                                    ("equal_level", "benefit: equal service level"),
                                    ("spill_over", "benefit: spill-over handled"),
                                    ("coordination", "benefit: coordinated planning"),
                                    ("funding", "benefit: access to funds for larger projects"),
                                    ("remoteness", "cost: service farther away"),
                                    ("slower", "cost: slower decisions"),
                                    ("duplication", "cost: duplicated administration"),
                                    ("control", "cost: less direct control"),
                                    ("exit", "cost: leaving is costly"),
                                    ("staff", "cost: transfer of staff"),
                                    ("transition", "cost: one-off cost of joining up"),
                                    ("higher_cost", "cost: paying more than alone"),
                                    ("free_riding", "cost: others may contribute less"),
                                ],
                                max_length=20,
                                verbose_name="type",
                            ),
                        ),
                        ("text", models.TextField(max_length=1000, verbose_name="statement")),
                        (
                            "indicator",
                            models.CharField(blank=True, max_length=200, verbose_name="how one would see it"),
                        ),
                        (
                            "confidence",
                            models.CharField(
                                choices=[
                                    ("high", "high"),
                                    ("medium", "medium"),
                                    ("low", "low"),
                                    ("none", "no evidence"),
                                ],
                                default="low",
                                max_length=6,
                                verbose_name="confidence",
                            ),
                        ),
                        (
                            "origin",
                            models.CharField(
                                choices=[
                                    ("own", "written here"),
                                    ("estimate", "suggested from the estimate"),
                                    ("ranking", "suggested from the ranking"),
                                    ("need", "suggested from the needs"),
                                    ("funding", "suggested from a funding call"),
                                    ("group", "suggested from the size of the group"),
                                ],
                                default="own",
                                max_length=8,
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, editable=False)),
                    ],
                    options={
                        "ordering": ("position", "id"),
                    },
                ),
            ]
        ),
    ]
