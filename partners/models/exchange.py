"""What municipalities offer and seek, who is interested, and the question that only two yeses answer."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.function import Function, Mode
from partners.models.municipality import Membership, Municipality

if TYPE_CHECKING:
    from imc_portal.core.models import User


class ListingQuerySet(models.QuerySet["Listing"]):
    """Offers and requests by who may see them."""

    def visible_to(self, user: User) -> ListingQuerySet:
        """One's own municipality's; of others what the curator has let through, also once it is closed.

        A curator also sees what waits for a check; who holds no seat sees nothing.
        """
        mine = user.memberships.filter(role__in=Membership.OF_MUNICIPALITY).values("municipality")
        seen = Q(municipality__in=mine)
        if user.is_staff or user.memberships.exists():
            seen |= Q(state__in=Listing.PUBLIC)
            # A note on what to change stays with a listing that was closed without being published again.
            seen |= Q(state=Listing.State.CLOSED, checked_at__isnull=False, check_note="")
        if user.is_staff:
            seen |= Q(state=Listing.State.SUBMITTED)
        return self.filter(seen)

    def open(self, day: dt.date | None = None) -> ListingQuerySet:
        """Published, and valid on that day."""
        day = day or timezone.localdate()
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day), state=Listing.State.PUBLISHED)


class Listing(models.Model):
    """A municipality publishes that it offers or seeks something in a function."""

    class Kind(models.TextChoices):
        OFFER = "offer", _("offer")
        REQUEST = "request", _("request")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waits for the curator's check")
        RETURNED = "returned", _("returned by the curator")
        PUBLISHED = "published", pgettext_lazy("an offer or a request", "published")
        CLOSED = "closed", pgettext_lazy("an offer or a request", "closed")

    class Closed(models.TextChoices):
        ENOUGH = "enough", _("enough partners found")
        WITHDRAWN = "withdrawn", _("withdrawn")

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.DRAFT: (State.SUBMITTED, State.CLOSED),
        State.SUBMITTED: (State.PUBLISHED, State.RETURNED, State.CLOSED),
        State.RETURNED: (State.SUBMITTED, State.CLOSED),
        State.PUBLISHED: (State.SUBMITTED, State.CLOSED),
        State.CLOSED: (),
    }
    #: States in which other municipalities see it.
    PUBLIC: ClassVar[tuple[str, ...]] = (State.PUBLISHED,)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="listings")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(_("mode"), max_length=20, choices=Mode.choices, blank=True)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("what exactly"), max_length=2000)
    capacity = models.CharField(_("how much"), max_length=150, blank=True)
    partners_wanted = models.PositiveSmallIntegerField(_("partners wanted"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    closed_because = models.CharField(max_length=9, choices=Closed.choices, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    check_note = models.CharField(_("what to change"), max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ("-checked_at", "-created_at")
        indexes = (models.Index(fields=["state", "function"]),)
        constraints = (
            models.CheckConstraint(
                name="listing_published_was_checked",
                condition=~Q(state="published") | Q(checked_by__isnull=False, checked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="listing_returned_says_why", condition=~Q(state="returned") | ~Q(check_note="")
            ),
            models.CheckConstraint(
                name="listing_closed_says_why",
                condition=(Q(state="closed") & ~Q(closed_because="") & Q(closed_at__isnull=False))
                | (~Q(state="closed") & Q(closed_because="", closed_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("partners:listing", kwargs={"pk": self.pk})

    @property
    def is_expired(self) -> bool:
        """Published, but its last day has passed."""
        return (
            self.state == self.State.PUBLISHED
            and self.valid_until is not None
            and self.valid_until < timezone.localdate()
        )

    @property
    def is_public(self) -> bool:
        """Whether other municipalities see it: published, or closed since."""
        was = self.state == self.State.CLOSED and self.checked_at is not None and not self.check_note
        return self.state in self.PUBLIC or was

    @property
    def is_open(self) -> bool:
        """Whether others may still express interest."""
        return self.state == self.State.PUBLISHED and not self.is_expired


class InterestQuerySet(models.QuerySet["Interest"]):
    """Expressions of interest by who may see them."""

    def visible_to(self, user: User) -> InterestQuerySet:
        """Those that one's own municipality sent or received, and no others."""
        mine = user.memberships.filter(role__in=Membership.OF_MUNICIPALITY).values("municipality")
        return self.filter(Q(municipality__in=mine) | Q(listing__municipality__in=mine))


class Interest(models.Model):
    """An expression of interest in an offer or a request, in the standard form."""

    class Timing(models.TextChoices):
        NOW = "now", _("at once")
        THIS_YEAR = "this_year", _("within a year")
        LATER = "later", _("later")

    class State(models.TextChoices):
        SENT = "sent", pgettext_lazy("an expression of interest", "sent")
        WELCOME = "welcome", _("answered: let us talk")
        DECLINED = "declined", _("answered: not this time")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="interests")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="interests")
    why = models.TextField(_("why this interests us"), max_length=1500)
    brings = models.TextField(_("what we could bring"), max_length=1000, blank=True)
    timing = models.CharField(_("from when"), max_length=9, choices=Timing.choices)
    contact_name = models.CharField(_("whom to speak to"), max_length=150)
    contact_email = models.EmailField(_("e-mail address"))
    state = models.CharField(max_length=9, choices=State.choices, default=State.SENT)
    reply = models.CharField(_("reply"), max_length=500, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["listing", "municipality"],
                name="interest_once_per_listing",
                violation_error_message=_("This municipality has already expressed its interest."),
            ),
            models.CheckConstraint(
                name="interest_answered_knows_when",
                condition=Q(state__in=["sent", "withdrawn"]) | Q(answered_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.municipality}: {self.listing}"


class ProbeQuerySet(models.QuerySet["Probe"]):
    """Private answers by who may see them."""

    def visible_to(self, user: User) -> ProbeQuerySet:
        """What one's own municipality said; what others said about it is never here."""
        mine = user.memberships.filter(role__in=Membership.OF_MUNICIPALITY).values("municipality")
        return self.filter(municipality__in=mine)

    def mutual(self) -> ProbeQuerySet:
        """A yes to which the other side said yes as well: no longer private between the two."""
        return self.filter(models.Exists(Probe.returned()), interested=True)


class Probe(models.Model):
    """One half of the double-blind probe: would this municipality work with that one on a function?

    Nobody but its author reads it, unless the other one said yes as well.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="probes")
    other = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="+")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="+")
    interested = models.BooleanField(_("interested"))
    #: When this municipality began by itself; empty when it only answered what the portal asked.
    asked_at = models.DateTimeField(null=True, blank=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now=True)

    objects = ProbeQuerySet.as_manager()

    class Meta:
        ordering = ("-said_at",)
        constraints = (
            models.UniqueConstraint(fields=["municipality", "other", "function"], name="probe_said_once"),
            models.CheckConstraint(name="probe_is_about_another", condition=~Q(municipality=F("other"))),
        )

    def __str__(self) -> str:
        return f"{self.other}: {self.function}"

    @staticmethod
    def returned() -> ProbeQuerySet:
        """The yes of the other side to an outer yes."""
        return Probe.objects.filter(
            municipality=models.OuterRef("other"),
            other=models.OuterRef("municipality"),
            function=models.OuterRef("function"),
            interested=True,
        )


class ProbeQuestionQuerySet(models.QuerySet["ProbeQuestion"]):
    """Questions by who may see them."""

    def visible_to(self, user: User) -> ProbeQuestionQuerySet:
        """Questions put to one's own municipality."""
        mine = user.memberships.filter(role__in=Membership.OF_MUNICIPALITY).values("municipality")
        return self.filter(municipality__in=mine)


class ProbeQuestion(models.Model):
    """The portal asks a municipality with whom around it a function could interest it; never who asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="probe_questions")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="+")
    #: Those asked about: enough of them that the question does not tell who asked.
    about = models.ManyToManyField(Municipality, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ProbeQuestionQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["municipality", "function"],
                condition=Q(answered_at=None),
                name="probe_question_once_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.municipality}: {self.function}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("partners:probe_question", kwargs={"pk": self.pk})
