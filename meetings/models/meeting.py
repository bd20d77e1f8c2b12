"""Meetings, invitations and the dispatch of papers.

What was decided hangs on FormalMeeting alone: an informal meeting has no field that could hold a decision.
"""

from __future__ import annotations

import uuid
import zoneinfo
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imc_portal.core.models import PersonalLink
from imc_portal.core.models.user import validate_time_zone
from partners.models import Case, CaseBody, Municipality, OfficeHolder, Participant

if TYPE_CHECKING:
    import datetime as dt

    from imc_portal.core.models import User


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Meetings by who may see them and when they are."""

    def visible_to(self, user: User) -> MeetingQuerySet:
        """The initiator's people see all; who is invited, attached or only observes, once it is called."""
        called = [Meeting.State.CALLED, Meeting.State.HELD, Meeting.State.CANCELLED]
        mine = user.memberships.values("municipality")
        invited = Invitation.objects.filter(
            participant__municipality__in=mine, participant__state__in=Participant.IN_TOUCH
        )
        attached = CaseBody.objects.filter(body__in=user.memberships.values("body"))
        observing = Participant.objects.filter(municipality__in=mine, state=Participant.State.OBSERVING)
        return self.filter(
            Q(case__initiator__in=mine)
            | Q(pk__in=invited.values("meeting"), state__in=called)
            | Q(case__in=attached.values("case"), state__in=called)
            | Q(case__in=observing.values("case"), state__in=called)
        )

    def upcoming(self, now: dt.datetime | None = None) -> MeetingQuerySet:
        """Called and not over."""
        return self.filter(state=Meeting.State.CALLED, ends_at__gte=now or timezone.now())


class Meeting(models.Model):
    """A meeting of a case: what informal and formal ones have in common."""

    class Kind(models.TextChoices):
        INFORMAL = "informal", _("informal meeting")
        FORMAL = "formal", _("formal meeting")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        CALLED = "called", _("called")
        HELD = "held", _("held")
        CANCELLED = "cancelled", pgettext_lazy("state of a meeting", "cancelled")

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.PLANNED: {State.CALLED, State.CANCELLED},
        State.CALLED: {State.HELD, State.CANCELLED},
        State.HELD: set(),
        State.CANCELLED: set(),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=8, choices=Kind.choices, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    host = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    place = models.CharField(_("place"), max_length=250, blank=True)
    online_url = models.URLField(_("video link"), blank=True)
    agenda = models.JSONField(
        default=list, help_text=_("Items in order: title, minutes, speaker and papers.")
    )
    sequence = models.PositiveSmallIntegerField(
        default=0, help_text=_("Of the calendar entry; grows with each change.")
    )
    changed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since then those who were invited before have to be told.")
    )
    called_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    cancelled_because = models.CharField(max_length=500, blank=True)
    chair = models.CharField(_("chair"), max_length=150, blank=True)
    secretary = models.CharField(_("takes the minutes"), max_length=150, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at",)
        constraints = (
            models.CheckConstraint(
                name="meeting_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The meeting ends before it starts."),
            ),
            models.CheckConstraint(
                name="meeting_has_a_place",
                condition=~Q(place="") | ~Q(online_url=""),
                violation_error_message=_("Give a place or a video link."),
            ),
            models.CheckConstraint(
                name="meeting_called_has_time", condition=~Q(state="called") | Q(called_at__isnull=False)
            ),
            models.CheckConstraint(
                name="meeting_held_has_time", condition=~Q(state="held") | Q(held_at__isnull=False)
            ),
            models.CheckConstraint(
                name="meeting_cancelled_has_reason",
                condition=~Q(state="cancelled") | ~Q(cancelled_because=""),
            ),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(state__in=["planned", "called"]),
                name="one_open_meeting_of_a_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.case.title}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("meetings:meeting", kwargs={"pk": self.pk})

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        # In lists get_kind_display is dear: for each row it hashes, and so translates, every choice.
        return str(Meeting.Kind(self.kind).label)

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(Meeting.State(self.state).label)

    @property
    def is_formal(self) -> bool:
        """Whether it may hold decisions."""
        return self.kind == Meeting.Kind.FORMAL

    @property
    def local_start(self) -> dt.datetime:
        """Start in the meeting's own time zone."""
        return self.starts_at.astimezone(zoneinfo.ZoneInfo(self.time_zone))

    @property
    def local_end(self) -> dt.datetime:
        """End in the meeting's own time zone."""
        return self.ends_at.astimezone(zoneinfo.ZoneInfo(self.time_zone))


class InformalMeeting(Meeting):
    """Explores the general attitude; records notes, never decisions."""

    notes = models.TextField(_("notes"), blank=True, max_length=20000)
    revision = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager[InformalMeeting]] = models.Manager()  # type: ignore[assignment]  # of its own rows


class FormalMeeting(Meeting):
    """Mayors and deputies; the only record that outcomes can hang on."""

    none_because = models.TextField(_("no outcome, because"), blank=True, max_length=2000)
    revision = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager[FormalMeeting]] = models.Manager()  # type: ignore[assignment]  # of its own rows


class Invitation(models.Model):
    """One municipality's invitation to a meeting: who comes, with what mandate, and who came."""

    class Reply(models.TextChoices):
        NONE = "none", _("no reply yet")
        COMING = "coming", _("comes")
        NOT_COMING = "not_coming", _("does not come")
        OTHER_TIME = "other_time", _("proposes another time")

    class Mandate(models.TextChoices):
        FULL = "full", _("full mandate")
        SUBJECT_TO_COUNCIL = "subject_to_council", _("subject to the council")
        LISTENING = "listening", _("listening")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="invitations")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="invitations")
    link = models.ForeignKey(PersonalLink, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reply = models.CharField(_("reply"), max_length=10, choices=Reply.choices, default=Reply.NONE)
    reply_text = models.CharField(_("a word to the host"), max_length=1000, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.CharField(max_length=200, blank=True)
    delegate_name = models.CharField(_("who comes"), max_length=150, blank=True)
    delegate_office = models.CharField(
        _("office"), max_length=16, blank=True, choices=OfficeHolder.Office.choices
    )
    mandate = models.CharField(
        _("mandate"), max_length=20, choices=Mandate.choices, default=Mandate.LISTENING
    )
    appointment = models.CharField(
        _("named by, and when"),
        max_length=300,
        blank=True,
        help_text=_("For a formal meeting, when neither the mayor nor a deputy comes."),
    )
    present = models.BooleanField(_("was present"), null=True, blank=True)

    class Meta:
        ordering = ("participant__municipality__name",)
        constraints = (
            models.UniqueConstraint(fields=["meeting", "participant"], name="invited_once"),
            models.CheckConstraint(
                name="reply_has_time", condition=Q(reply="none") | Q(replied_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant}: {self.get_reply_display()}"
