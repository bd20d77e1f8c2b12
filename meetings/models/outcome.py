"""The four outcomes of a formal meeting. Every record hangs on FormalMeeting, so no other can hold one."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models.meeting import FormalMeeting, Invitation, Meeting
from partners.models import CandidateArea, Case, Participant

if TYPE_CHECKING:
    from imc_portal.core.models import User


class Objective(models.Model):
    """What cooperation should achieve, and how one would see it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(FormalMeeting, on_delete=models.CASCADE, related_name="objectives")
    text = models.CharField(_("objective"), max_length=500)
    indicator = models.CharField(_("indicator"), max_length=200, blank=True)
    baseline = models.CharField(_("today"), max_length=100, blank=True)
    target = models.CharField(_("target"), max_length=100, blank=True)
    horizon = models.PositiveSmallIntegerField(_("by the year"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.text


class SelectedArea(models.Model):
    """An area selected tentatively; it serves at least one objective of the same meeting."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(FormalMeeting, on_delete=models.CASCADE, related_name="selected_areas")
    area = models.ForeignKey(CandidateArea, on_delete=models.PROTECT, related_name="selections")
    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, related_name="areas", verbose_name=_("serves the objective")
    )
    also_serves = models.ManyToManyField(
        Objective, blank=True, related_name="areas_too", verbose_name=_("also serves")
    )
    why = models.CharField(_("why"), max_length=500, blank=True)

    class Meta:
        ordering = ("area__function__code",)
        constraints = (models.UniqueConstraint(fields=["meeting", "area"], name="area_selected_once"),)

    def __str__(self) -> str:
        return str(self.area)


class ExplorationDecision(models.Model):
    """One municipality's decision on exploring the feasibility of cooperation in one area."""

    class Vote(models.TextChoices):
        YES = "yes", _("yes")
        YES_IF = "yes_if", _("yes, if")
        NO = "no", _("no")
        ABSTAIN = "abstain", _("abstains")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    selected_area = models.ForeignKey(SelectedArea, on_delete=models.CASCADE, related_name="decisions")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="decisions")
    vote = models.CharField(_("explore feasibility?"), max_length=8, choices=Vote.choices)
    condition = models.CharField(_("condition"), max_length=500, blank=True)
    dissent = models.CharField(_("dissent"), max_length=1000, blank=True)
    mandate = models.CharField(_("mandate"), max_length=20, choices=Invitation.Mandate.choices)
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("selected_area", "participant__municipality__name")
        constraints = (
            models.UniqueConstraint(fields=["selected_area", "participant"], name="decided_once"),
            models.CheckConstraint(
                name="yes_if_names_condition",
                condition=~Q(vote="yes_if") | ~Q(condition=""),
                violation_error_message=_("Name the condition."),
            ),
            models.CheckConstraint(
                name="listening_only_abstains",
                condition=~Q(mandate="listening") | Q(vote="abstain"),
                violation_error_message=_("A delegate who only listens cannot decide."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant}, {self.selected_area}: {self.get_vote_display()}"


class NextStepQuerySet(models.QuerySet["NextStep"]):
    """Next steps by who may see them, once the record of their meeting is closed."""

    def visible_to(self, user: User) -> NextStepQuerySet:
        """Whoever may see the meeting that they come from; no municipality that only observes the case."""
        mine = user.memberships.exclude(municipality=None).values("municipality")
        observing = Participant.objects.filter(municipality__in=mine, state=Participant.State.OBSERVING)
        seen = self.filter(
            meeting__in=Meeting.objects.visible_to(user).values("pk"), meeting__state=Meeting.State.HELD
        )
        return seen.exclude(
            Q(meeting__case__in=observing.values("case")) & ~Q(meeting__case__initiator__in=mine)
        )

    def alive(self) -> NextStepQuerySet:
        """Of cases that do not rest."""
        return self.filter(meeting__state=Meeting.State.HELD).exclude(meeting__case__state__in=Case.RESTING)


class NextStep(models.Model):
    """An action with a person, a municipality and a date."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(FormalMeeting, on_delete=models.CASCADE, related_name="next_steps")
    action = models.CharField(_("what"), max_length=300)
    owner = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="next_steps", verbose_name=_("municipality")
    )
    owner_name = models.CharField(_("who"), max_length=150)
    due = models.DateField(_("by when"))
    depends_on = models.ManyToManyField(
        "self", blank=True, symmetrical=False, related_name="blocks", verbose_name=_("comes after")
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=200, blank=True)
    done_note = models.CharField(_("what came of it"), max_length=500, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)

    objects = NextStepQuerySet.as_manager()

    class Meta:
        ordering = ("due",)

    def __str__(self) -> str:
        return self.action
