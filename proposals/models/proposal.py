"""The proposal: versions with a common part and one annex per recipient."""

from __future__ import annotations

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

    annex = models.ForeignKey(Annex, on_delete=models.CASCADE, related_name="statements")
    kind = models.CharField(_("type"), max_length=20, choices=Kind.choices)
    text = models.TextField(_("statement"), max_length=1000)
    indicator = models.CharField(_("how one would see it"), max_length=200, blank=True)
    confidence = models.CharField(
        _("confidence"), max_length=6, choices=Confidence.choices, default=Confidence.LOW
    )

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text[:60]}"

    @property
    def is_benefit(self) -> bool:
        """Benefit, as against cost or risk."""
        return self.kind in self.BENEFITS
