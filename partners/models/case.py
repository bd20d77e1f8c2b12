"""The case: one chain from need to hand-over, its parties, its areas, its contacts."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models.function import Function, Mode
from partners.models.municipality import Body, Membership, Municipality, OfficeHolder
from partners.models.need import Need

if TYPE_CHECKING:
    from imc_portal.core.models import User


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases by who may see them."""

    def visible_to(self, user: User) -> CaseQuerySet:
        """Own cases; cases one's municipality was contacted about; cases one's body is attached to."""
        seats = Membership.held_by(user)
        mine = {seat.municipality_id for seat in seats if seat.municipality_id}
        bodies = {seat.body_id for seat in seats if seat.body_id}
        # Lists of keys instead of joins: rows do not multiply. A list that is empty costs nothing.
        contacted = Participant.objects.filter(municipality__in=mine, state__in=Participant.SEES)
        seen = Q(initiator__in=mine) | Q(pk__in=contacted.values("case"))
        if bodies:
            seen |= Q(pk__in=CaseBody.objects.filter(body__in=bodies).values("case"))
        return self.filter(seen)

    def talked_by(self, user: User) -> CaseQuerySet:
        """Cases in which the person sits at the table: as a party, or as the facilitator; no observer."""
        mine = user.memberships.exclude(municipality=None).values("municipality")
        in_touch = Participant.objects.filter(municipality__in=mine, state__in=Participant.IN_TOUCH)
        helping = user.memberships.filter(role=Membership.Role.FACILITATOR).exclude(body=None)
        helped = CaseBody.objects.filter(body__in=helping.values("body"))
        return self.filter(
            Q(initiator__in=mine) | Q(pk__in=in_touch.values("case")) | Q(pk__in=helped.values("case"))
        )


class Case(models.Model):
    """The chain in one record: need, areas, partners, proposal, meetings, outcomes, hand-over."""

    class State(models.TextChoices):
        DRAFT = "draft", _("need")
        AREAS_SCREENED = "areas_screened", _("areas screened")
        PARTNERS_RANKED = "partners_ranked", _("partners ranked")
        CONTACTING = "contacting", _("contacting")
        PROPOSAL = "proposal", _("proposal")
        INFORMAL_MEETING = "informal_meeting", _("informal meeting")
        CLARIFICATION = "clarification", _("clarification")
        ATTITUDE = "attitude", _("attitudes")
        FORMAL_CONVENED = "formal_convened", _("formal meeting convened")
        FORMAL_HELD = "formal_held", _("formal meeting held")
        MINUTES_AGREED = "minutes_agreed", _("minutes agreed")
        RATIFICATION = "ratification", _("waiting for the councils")
        HANDED_OVER = "handed_over", _("handed over")
        PARKED = "parked", _("parked")
        CLOSED = "closed", _("closed")

    #: The chain in its order; a case goes one step at a time, or is parked or closed from anywhere.
    ORDER: ClassVar[tuple[str, ...]] = (
        State.DRAFT,
        State.AREAS_SCREENED,
        State.PARTNERS_RANKED,
        State.CONTACTING,
        State.PROPOSAL,
        State.INFORMAL_MEETING,
        State.CLARIFICATION,
        State.ATTITUDE,
        State.FORMAL_CONVENED,
        State.FORMAL_HELD,
        State.MINUTES_AGREED,
        State.RATIFICATION,
        State.HANDED_OVER,
    )
    #: A case rests in these; what it rested from is kept.
    RESTING: ClassVar[tuple[str, ...]] = (State.PARKED, State.CLOSED)

    class Trigger(models.TextChoices):
        FINANCES = "finances", _("financial difficulty")
        DISSATISFACTION = "dissatisfaction", _("citizens dissatisfied with cost or quality")
        UNEMPLOYMENT = "unemployment", _("rising unemployment")
        NEW_SERVICE = "new_service", _("a new service is required")
        EXTERNAL_MONEY = "external_money", _("external money")
        OTHER = "other", _("other")

    class Classification(models.TextChoices):
        INTERNAL = "internal", _("internal")
        PARTICIPANTS = "participants", _("participants")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=150)
    initiator = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="initiated_cases")
    trigger = models.CharField(_("trigger"), max_length=16, choices=Trigger.choices)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    #: Where a parked or closed case stood.
    parked_from = models.CharField(max_length=16, blank=True, editable=False)
    review_on = models.DateField(_("look at it again on"), null=True, blank=True)
    lessons = models.TextField(_("lessons"), max_length=2000, blank=True)
    split_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="splits", editable=False
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", editable=False
    )
    classification = models.CharField(
        _("classification"),
        max_length=12,
        choices=Classification.choices,
        default=Classification.PARTICIPANTS,
    )
    needs = models.ManyToManyField(Need, related_name="cases")
    lead_time_days = models.PositiveSmallIntegerField(_("lead time in working days"), default=10)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at",)
        constraints = (
            models.CheckConstraint(
                name="case_parked_knows_from_where",
                condition=(Q(state="parked") & ~Q(parked_from=""))
                | Q(state="closed")
                | (~Q(state__in=["parked", "closed"]) & Q(parked_from="")),
            ),
            models.CheckConstraint(
                name="case_merged_is_closed", condition=Q(merged_into=None) | Q(state="closed")
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("partners:case", kwargs={"pk": self.pk})

    @property
    def state_name(self) -> str:
        """The state in words."""
        # In lists get_state_display is dear: for each row it hashes, and so translates, every choice.
        return str(Case.State(self.state).label)

    @property
    def context(self) -> str:
        """The key under which the trail and the post room file what belongs to this case."""
        return f"case:{self.pk}"

    def has_reached(self, state: str) -> bool:
        """Whether the chain stands at this step or beyond."""
        return self._here in self.ORDER and self.ORDER.index(self._here) >= self.ORDER.index(state)

    def is_before(self, state: str) -> bool:
        """Whether this step is still to come."""
        return self._here in self.ORDER and not self.has_reached(state)

    @property
    def _here(self) -> str:
        return self.parked_from if self.state in Case.RESTING else self.state


class CaseBody(models.Model):
    """An observer or facilitator attached to a case by its lead."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="bodies")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="cases")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "body"], name="body_once_per_case"),)

    def __str__(self) -> str:
        return f"{self.body}: {self.case}"


class CandidateArea(models.Model):
    """A function and mode in which cooperation is considered, with its screening."""

    class State(models.TextChoices):
        CANDIDATE = "candidate", _("candidate")
        AGREED = "agreed", _("to be explored in the talks")
        SET_ASIDE = "set_aside", _("set aside")

    class Grade(models.IntegerChoices):
        WEAK = 1, _("weak")
        FAIR = 2, _("fair")
        STRONG = 3, _("strong")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="areas")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(_("mode"), max_length=20, choices=Mode.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CANDIDATE)
    own_competence = models.BooleanField(
        _("within our own competence"),
        default=True,
        help_text=_("Not lobbying, boundary reform, another tier of government or cross-border work."),
    )
    rationale = models.PositiveSmallIntegerField(_("rationale"), choices=Grade.choices, default=Grade.FAIR)
    need_grade = models.PositiveSmallIntegerField(_("need"), choices=Grade.choices, default=Grade.FAIR)
    savings = models.PositiveSmallIntegerField(_("savings"), choices=Grade.choices, default=Grade.FAIR)
    feasibility = models.PositiveSmallIntegerField(
        _("feasibility"), choices=Grade.choices, default=Grade.FAIR
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        ordering = ("function__code",)
        constraints = (
            models.UniqueConstraint(
                fields=["case", "function", "mode"],
                name="area_once_per_case",
                violation_error_message=_("This area is already in the case."),
            ),
            models.CheckConstraint(
                name="area_set_aside_has_reason", condition=~Q(state="set_aside") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="area_agreed_in_own_competence", condition=~Q(state="agreed") | Q(own_competence=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.function} ({self.get_mode_display()})"

    @property
    def screening(self) -> int:
        """Sum of the four grades, 4 to 12; re-scored after the feasibility study under the same heads."""
        return self.rationale + self.need_grade + self.savings + self.feasibility


class Participant(models.Model):
    """A municipality in a case, with its own state; the initiator is one too."""

    class State(models.TextChoices):
        INITIATOR = "initiator", _("initiator")
        LONGLISTED = "longlisted", _("on the long list")
        SET_ASIDE = "set_aside", _("set aside")
        SELECTED = "selected", _("selected")
        CONTACTED = "contacted", _("contacted")
        ACKNOWLEDGED = "acknowledged", _("open to talk")
        PROPOSAL_SENT = "proposal_sent", _("has the proposal")
        PROPOSAL_READ = "proposal_read", _("has read the proposal")
        MET = "met", _("came to the informal meeting")
        CLARIFIED = "clarified", _("has answered the seven questions")
        ATTITUDE_STATED = "attitude_stated", _("has stated its attitude")
        INVITED_FORMAL = "invited_formal", _("invited to the formal meeting")
        COMMITTED = "committed", _("decided to explore feasibility")
        NO_RESPONSE = "no_response", _("has not answered")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrew")
        OBSERVING = "observing", _("only observes")
        DEFERRED = "deferred", _("comes back later")

    #: Steps forward in their order; a later event may skip steps, never go back.
    ORDER: ClassVar[tuple[str, ...]] = (
        State.LONGLISTED,
        State.SELECTED,
        State.CONTACTED,
        State.ACKNOWLEDGED,
        State.PROPOSAL_SENT,
        State.PROPOSAL_READ,
        State.MET,
        State.CLARIFIED,
        State.ATTITUDE_STATED,
        State.INVITED_FORMAL,
        State.COMMITTED,
    )
    #: Side exits that need a reason.
    EXITS: ClassVar[tuple[str, ...]] = (
        State.SET_ASIDE,
        State.NO_RESPONSE,
        State.DECLINED,
        State.WITHDRAWN,
        State.OBSERVING,
        State.DEFERRED,
    )
    #: States in which the municipality knows of the case and takes part.
    IN_TOUCH: ClassVar[tuple[str, ...]] = ORDER[2:]
    #: States in which its people see the case; who only observes sees no answers, attitudes or decisions.
    SEES: ClassVar[tuple[str, ...]] = (*IN_TOUCH, State.OBSERVING)
    #: States in which it is asked and counted, the initiator included.
    ACTIVE: ClassVar[tuple[str, ...]] = (State.INITIATOR, *ORDER[1:])

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="participants")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="participations")
    state = models.CharField(max_length=16, choices=State.choices, default=State.LONGLISTED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    #: The step that a municipality stood on when it left; it may come back.
    left_from = models.CharField(max_length=16, blank=True, editable=False)
    deferred_until = models.DateField(_("comes back on"), null=True, blank=True)
    contact = models.ForeignKey(
        OfficeHolder,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("recipient"),
    )
    #: As last stated for the whole case; the statements themselves, with their conditions, are the meetings'.
    attitude = models.CharField(max_length=12, blank=True, editable=False)
    ranking = models.ForeignKey(
        "RankingSnapshot", null=True, blank=True, on_delete=models.RESTRICT, related_name="decided"
    )
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("municipality__name",)
        constraints = (
            models.UniqueConstraint(fields=["case", "municipality"], name="participant_once_per_case"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="initiator"), name="case_has_one_initiator"
            ),
            models.CheckConstraint(
                name="participant_exit_has_reason",
                condition=~Q(
                    state__in=["set_aside", "no_response", "declined", "withdrawn", "observing", "deferred"]
                )
                | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="participant_deferred_has_date",
                condition=~Q(state="deferred") | Q(deferred_until__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.municipality)

    @property
    def is_initiator(self) -> bool:
        """Whether this is the municipality that opened the case."""
        return self.state == Participant.State.INITIATOR
