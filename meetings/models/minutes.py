"""Minutes of a formal meeting: versions, what each delegation says to them, and what councils resolve."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models.delegation import MeetingGuest
from meetings.models.meeting import FormalMeeting, Invitation
from partners.models import CaseBody, Participant

if TYPE_CHECKING:
    from imc_portal.core.models import User


class MinutesQuerySet(models.QuerySet["Minutes"]):
    """Minutes by who may read them."""

    def visible_to(self, user: User) -> MinutesQuerySet:
        """Drafts: the initiator and the facilitator. What was sent: also the municipalities invited.

        An observer reads only minutes that are agreed or closed, of a meeting where its body is recorded as
        present.
        """
        mine = user.memberships.exclude(municipality=None).values("municipality")
        helps = CaseBody.objects.filter(
            body__in=user.memberships.filter(role="facilitator").exclude(body=None).values("body")
        )
        watches = MeetingGuest.objects.filter(
            body__in=user.memberships.filter(role="observer").exclude(body=None).values("body"), present=True
        )
        invited = Invitation.objects.filter(
            participant__municipality__in=mine, participant__state__in=Participant.IN_TOUCH
        )
        return self.filter(
            Q(meeting__case__initiator__in=mine)
            | Q(meeting__case__in=helps.values("case"))
            | (Q(meeting__in=invited.values("meeting")) & ~Q(state=Minutes.State.DRAFT))
            | Q(meeting__in=watches.values("meeting"), state__in=Minutes.ENDED)
        )

    def visible_to_holder(self, participant: Participant) -> MinutesQuerySet:
        """What the holder of this participant's personal link may read: sent minutes of its meetings."""
        return self.filter(meeting__in=participant.invitations.values("meeting")).exclude(
            state=Minutes.State.DRAFT
        )


class Minutes(models.Model):
    """One version of the minutes; what was sent is frozen, a correction is a new version."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("state of the minutes", "draft")
        SENT = "sent", pgettext_lazy("state of the minutes", "sent, waiting for the delegations")
        REPLACED = "replaced", pgettext_lazy("state of the minutes", "replaced by a newer version")
        AGREED = "agreed", pgettext_lazy("state of the minutes", "agreed by all")
        CLOSED = "closed", pgettext_lazy("state of the minutes", "closed, with what was said against them")

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.SENT},
        State.SENT: {State.REPLACED, State.AGREED, State.CLOSED},
        State.REPLACED: set(),
        State.AGREED: set(),
        State.CLOSED: set(),
    }
    ENDED: ClassVar[tuple[str, ...]] = (State.AGREED, State.CLOSED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(FormalMeeting, on_delete=models.PROTECT, related_name="minutes")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    introduction = models.TextField(_("introduction"), max_length=4000, blank=True)
    #: What was said, item by item, as the minutes give it: {"title", "titles" by language, "text"}.
    items = models.JSONField(default=list, blank=True)
    closing = models.TextField(_("closing words"), max_length=4000, blank=True)
    what_changed = models.CharField(_("what changed since the version before"), max_length=1000, blank=True)
    revision = models.PositiveIntegerField(default=0)
    #: Everything that the paper says, as plain values, frozen when it is sent.
    facts = models.JSONField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text=_("Of the frozen facts."))
    drafted_by = models.CharField(max_length=200)
    drafted_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    objections_until = models.DateTimeField(_("objections until"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    #: What each delegation had said in the end, as plain values, frozen when agreed or closed.
    ending = models.JSONField(null=True, blank=True)
    #: When every letter that this state asks for was in the outbox.
    posted_at = models.DateTimeField(null=True, blank=True)

    objects = MinutesQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        verbose_name_plural = "minutes"
        constraints = (
            models.UniqueConstraint(fields=["meeting", "number"], name="minutes_numbered_once"),
            models.UniqueConstraint(
                fields=["meeting"],
                condition=Q(state__in=["draft", "sent"]),
                name="one_open_version_of_minutes",
            ),
            models.CheckConstraint(
                name="minutes_sent_are_frozen",
                condition=Q(state="draft")
                | Q(sent_at__isnull=False, objections_until__isnull=False, facts__isnull=False),
            ),
            models.CheckConstraint(
                name="minutes_closed_have_time",
                condition=~Q(state__in=["agreed", "closed"]) | Q(closed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.meeting}: {self.number}"

    def get_absolute_url(self) -> str:
        """The page of the minutes of this meeting."""
        return reverse("meetings:minutes", kwargs={"pk": self.meeting_id})

    @property
    def is_ended(self) -> bool:
        """Whether nothing can be said to them any more."""
        return self.state in self.ENDED


class MinutesRevision(models.Model):
    """One saving of a draft: what later savings are joined on."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    words = models.JSONField()
    kept_by = models.CharField(max_length=200)
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["minutes", "number"], name="minutes_revised_once"),)

    def __str__(self) -> str:
        return f"{self.minutes}: {self.number}"


class MinutesVoice(models.Model):
    """What a delegation says to one version, by name; a later row of the same party counts, none is lost."""

    class Voice(models.TextChoices):
        AGREES = "agrees", _("agrees to the minutes")
        OBJECTS = "objects", _("objects")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="voices")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="minutes_voices")
    voice = models.CharField(_("what we say"), max_length=8, choices=Voice.choices)
    text = models.TextField(_("objection"), max_length=4000, blank=True)
    name = models.CharField(_("in the name of"), max_length=150)
    how = models.CharField(
        _("how it was said"), max_length=300, blank=True, help_text=_("When the host records it.")
    )
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    #: What the host says to an objection that it lets stand.
    answer = models.TextField(_("answer of the host"), max_length=2000, blank=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("participant__municipality__name", "-recorded_at")
        constraints = (
            models.CheckConstraint(
                name="objection_has_words",
                condition=~Q(voice="objects") | ~Q(text=""),
                violation_error_message=_("Say what you object to."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant}: {self.get_voice_display()}"


class Ratification(models.Model):
    """A council's resolution on what its delegate decided subject to it."""

    class State(models.TextChoices):
        AWAITED = "awaited", pgettext_lazy("resolution of a council", "awaited")
        GIVEN = "given", pgettext_lazy("resolution of a council", "ratified")
        REFUSED = "refused", pgettext_lazy("resolution of a council", "not ratified")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(FormalMeeting, on_delete=models.PROTECT, related_name="ratifications")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="ratifications")
    state = models.CharField(max_length=8, choices=State.choices, default=State.AWAITED)
    resolution = models.CharField(_("number of the resolution"), max_length=100, blank=True)
    resolved_on = models.DateField(_("date of the resolution"), null=True, blank=True)
    text = models.TextField(_("wording"), max_length=4000, blank=True)
    how = models.CharField(
        _("how it was said"), max_length=300, blank=True, help_text=_("When the host records it.")
    )
    awaited_since = models.DateTimeField(default=timezone.now)
    recorded_by = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("participant__municipality__name",)
        constraints = (
            models.UniqueConstraint(fields=["meeting", "participant"], name="one_resolution_each"),
            models.CheckConstraint(
                name="resolution_has_number_and_date",
                condition=Q(state="awaited") | (~Q(resolution="") & Q(resolved_on__isnull=False)),
                violation_error_message=_("Give the number and the date of the resolution."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant}: {self.get_state_display()}"
