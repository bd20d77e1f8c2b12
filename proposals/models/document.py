"""Each recipient's own PDF of an approved version: rendered once, kept with its checksum."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models import Participant
from proposals.models.proposal import ProposalVersion

if TYPE_CHECKING:
    from imc_portal.core.models import User


class DocumentQuerySet(models.QuerySet["Document"]):
    """Documents by who may read them."""

    def visible_to(self, user: User) -> DocumentQuerySet:
        """The initiator's people see all; a recipient's people see their own once rendered."""
        mine = user.memberships.exclude(municipality=None).values("municipality")
        theirs = Participant.objects.filter(municipality__in=mine, state__in=Participant.IN_TOUCH)
        return self.filter(
            Q(version__proposal__case__initiator__in=mine)
            | Q(participant__in=theirs.values("pk"), state=Document.State.RENDERED)
        )


class Document(models.Model):
    """One PDF for one recipient. Once rendered it never changes: what was sent is what is stored."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be rendered")
        RENDERING = "rendering", _("being rendered")
        RENDERED = "rendered", _("rendered")
        FAILED = "failed", _("could not be rendered")

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.QUEUED: {State.RENDERING},
        State.RENDERING: {State.RENDERED, State.QUEUED, State.FAILED},
        State.RENDERED: set(),
        State.FAILED: {State.QUEUED},
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="documents")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="documents")
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    file_name = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(null=True, blank=True)
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    rendered_at = models.DateTimeField(null=True, blank=True)
    render_seconds = models.FloatField(null=True, blank=True, help_text=_("How long printing it took."))

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("participant__municipality__name",)
        constraints = (
            models.UniqueConstraint(fields=["version", "participant"], name="document_once_per_recipient"),
            models.CheckConstraint(
                name="document_rendered_has_file",
                condition=~Q(state="rendered")
                | (Q(rendered_at__isnull=False, size__gt=0) & ~Q(sha256="") & ~Q(file_name="")),
            ),
            models.CheckConstraint(
                name="document_rendering_has_lease",
                condition=~Q(state="rendering") | Q(lease_until__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.version}: {self.participant}"

    def get_absolute_url(self) -> str:
        """The PDF."""
        return reverse("proposals:document", kwargs={"pk": self.pk})
