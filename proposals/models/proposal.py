"""The proposal: versions with a common part and one annex per recipient."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models import Case, Participant
from partners.models.function import Confidence

if TYPE_CHECKING:
    from imc_portal.core.models import User

TEXT_LIMIT = 5000


class CostKey(models.TextChoices):
    """Ways to share the cost of working together; names as in the estimate."""

    EQUAL = "equal", _("equal shares")
    POPULATION = "population", _("by inhabitants")
    USAGE = "usage", _("by use")
    FISCAL_CAPACITY = "fiscal_capacity", _("by fiscal capacity")
    PROPERTY_VALUE = "property_value", _("by property value")
    MIXED = "mixed", _("mixed")
    BASE_USAGE = "base_usage", _("base fee and use")
    SOLO_COST = "solo_cost", _("by today's cost")
    SCRB = "scrb", _("separable cost, remaining benefit")
    SHAPLEY = "shapley", _("by cost caused (Shapley)")
    NUCLEOLUS = "nucleolus", _("smallest regret (nucleolus)")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposals by who may see the desk."""

    def visible_to(self, user: User) -> ProposalQuerySet:
        """Only those inside the initiating municipality; recipients see their document, not the desk."""
        return self.filter(case__initiator__memberships__user=user).distinct()


class Proposal(models.Model):
    """The proposal of a case; its content lives in versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="proposal")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.case.title

    def get_absolute_url(self) -> str:
        """Its desk."""
        return reverse("proposals:desk", kwargs={"pk": self.pk})


class ProposalVersion(models.Model):
    """One version: drafted by the focal point, approved by the lead, then frozen."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waiting for the lead's approval")
        APPROVED = "approved", _("approved")

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.SUBMITTED},
        State.SUBMITTED: {State.DRAFT, State.APPROVED},
        State.APPROVED: set(),
    }
    #: Sections of the common part, in the order in which they are read.
    SECTIONS: ClassVar[tuple[str, ...]] = ("why", "areas_text", "next_steps", "not_asked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    why = models.TextField(_("why we write"), max_length=TEXT_LIMIT, blank=True)
    areas_text = models.TextField(_("the areas we propose to explore"), max_length=TEXT_LIMIT, blank=True)
    next_steps = models.TextField(_("what would happen next, and by when"), max_length=TEXT_LIMIT, blank=True)
    not_asked = models.TextField(_("what we do not ask"), max_length=TEXT_LIMIT, blank=True)
    answer_by = models.DateField(
        _("please answer by"),
        null=True,
        blank=True,
        help_text=_("The one date on the first page of every recipient's paper."),
    )
    cost_key = models.CharField(
        _("cost key of the first page"),
        max_length=16,
        choices=CostKey.choices,
        default=CostKey.POPULATION,
        help_text=_("The one figure and the years use it; all keys stand side by side in the annex."),
    )
    annexes_shared = models.BooleanField(
        _("every recipient reads all annexes"),
        default=False,
        help_text=_("Otherwise each reads its own alone. The proposal says which."),
    )
    what_changed = models.TextField(
        _("what changed since the last version"),
        max_length=TEXT_LIMIT,
        blank=True,
        help_text=_("In your words; the paper lists the changed passages by itself."),
    )
    figures = models.JSONField(
        default=dict, blank=True, help_text=_("The figures it was built on, frozen on approval.")
    )
    revision = models.PositiveIntegerField(default=0)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    returned_because = models.CharField(max_length=500, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    single_handed = models.BooleanField(
        default=False,
        help_text=_("Drafted and approved by one person, because the municipality has only one."),
    )

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["proposal", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(state__in=["draft", "submitted"]), name="one_open_version"
            ),
            models.CheckConstraint(
                name="version_approved_has_evidence",
                condition=~Q(state="approved") | Q(approved_at__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="version_four_eyes",
                condition=~Q(state="approved")
                | Q(single_handed=True)
                | ~Q(approved_by=models.F("submitted_by")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal}, version {self.number}"

    @classmethod
    def label(cls, field: str) -> str:
        """What a section or another field is called."""
        return str(cls._meta.get_field(field).verbose_name)  # type: ignore[union-attr]  # no relation

    @property
    def is_open(self) -> bool:
        """Whether it can still be edited."""
        return self.state == ProposalVersion.State.DRAFT


class Annex(models.Model):
    """What this one recipient would gain, pay and risk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ProposalVersion, on_delete=models.CASCADE, related_name="annexes")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="annexes")
    opening = models.TextField(_("opening words to this recipient"), max_length=TEXT_LIMIT, blank=True)
    open_questions = models.TextField(_("our open questions to it"), max_length=TEXT_LIMIT, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("participant__municipality__name",)
        verbose_name_plural = "annexes"
        constraints = (
            models.UniqueConstraint(fields=["version", "participant"], name="annex_once_per_recipient"),
        )

    def __str__(self) -> str:
        return f"{self.version}: {self.participant}"


class Statement(models.Model):
    """A typed benefit, cost or risk of one recipient, with how one would see it and how sure we are."""

    class Kind(models.TextChoices):
        SHARED_OVERHEADS = "shared_overheads", _("benefit: shared overheads")
        UNIT_COST = "unit_cost", _("benefit: lower unit cost or better quality")
        MINIMUM_SIZE = "minimum_size", _("benefit: reaches the size at which a service exists")
        EQUAL_LEVEL = "equal_level", _("benefit: equal service level")
        SPILL_OVER = "spill_over", _("benefit: spill-over handled")
        COORDINATION = "coordination", _("benefit: coordinated planning")
        FUNDING = "funding", _("benefit: access to funds for larger projects")
        REMOTENESS = "remoteness", _("cost: service farther away")
        SLOWER = "slower", _("cost: slower decisions")
        DUPLICATION = "duplication", _("cost: duplicated administration")
        CONTROL = "control", _("cost: less direct control")
        EXIT = "exit", _("cost: leaving is costly")
        STAFF = "staff", _("cost: transfer of staff")
        TRANSITION = "transition", _("cost: one-off cost of joining up")
        HIGHER_COST = "higher_cost", _("cost: paying more than alone")
        FREE_RIDING = "free_riding", _("cost: others may contribute less")

    BENEFITS: ClassVar[frozenset[str]] = frozenset(
        {
            Kind.SHARED_OVERHEADS,
            Kind.UNIT_COST,
            Kind.MINIMUM_SIZE,
            Kind.EQUAL_LEVEL,
            Kind.SPILL_OVER,
            Kind.COORDINATION,
            Kind.FUNDING,
        }
    )

    class Origin(models.TextChoices):
        OWN = "own", _("written here")
        ESTIMATE = "estimate", _("suggested from the estimate")
        RANKING = "ranking", _("suggested from the ranking")
        NEED = "need", _("suggested from the needs")
        FUNDING = "funding", _("suggested from a funding call")
        GROUP = "group", _("suggested from the size of the group")

    annex = models.ForeignKey(Annex, on_delete=models.CASCADE, related_name="statements")
    kind = models.CharField(_("type"), max_length=20, choices=Kind.choices)
    text = models.TextField(_("statement"), max_length=1000)
    indicator = models.CharField(_("how one would see it"), max_length=200, blank=True)
    confidence = models.CharField(
        _("confidence"), max_length=6, choices=Confidence.choices, default=Confidence.LOW
    )
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.OWN)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text[:60]}"

    @property
    def waits(self) -> bool:
        """Suggested by the portal, and nobody has looked at it yet."""
        return self.origin != Statement.Origin.OWN

    @property
    def digest(self) -> str:
        """Tells whether it still says what somebody has before them."""
        said = "\0".join((self.kind, self.text, self.indicator, self.confidence))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def is_benefit(self) -> bool:
        """Benefit, as against cost or risk."""
        return self.kind in self.BENEFITS


class DraftRevision(models.Model):
    """The words of a draft as they stood after one saving: what two writers' texts are joined upon."""

    version = models.ForeignKey(ProposalVersion, on_delete=models.CASCADE, related_name="revisions")
    annex = models.ForeignKey(
        Annex, null=True, blank=True, on_delete=models.CASCADE, related_name="revisions"
    )
    number = models.PositiveIntegerField()
    words = models.JSONField(default=dict)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=["version", "annex", "number"], name="draft_revision_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.annex or self.version}, saved {self.number}"
