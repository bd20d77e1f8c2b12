"""Answers to the seven questions: save one screen, type for several, dispute what another has said."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale, given
from meetings.models import Answer, AnswerVersion, ClarificationRound, NamedCall
from meetings.models.clarification import NAME_A_CALL
from meetings.services.rounds import (
    OVER,
    ask_missing,
    open_due,
    open_if_due,
    open_round,
    open_round_for,
    owed,
    settle,
)
from partners.models import Body, Participant
from partners.services import cases

__all__ = [
    "OVER",
    "Named",
    "Reply",
    "Typed",
    "ask_missing",
    "dispute",
    "open_due",
    "open_if_due",
    "open_round",
    "open_round_for",
    "owed",
    "save",
    "settle",
    "type_for_all",
]

KEPT = ("choice", "text", "detail", "said_by", "how")


@dataclass(frozen=True, slots=True)
class Named:
    """A funding call as a municipality names it; what it does not know stays empty."""

    name: str
    amount: Decimal | None = None
    deadline: dt.date | None = None
    min_partners: int | None = None
    min_population: int | None = None
    min_years: int | None = None
    own_share: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote into one cell, and the revision of the cell they had before them."""

    answer: uuid.UUID
    revision: int
    state: str
    choice: str = ""
    causes: Sequence[str] = field(default_factory=tuple)
    text: str = ""
    owner: str = ""
    due: dt.date | None = None
    detail: str = ""
    said_by: str = ""
    said_on: dt.date | None = None
    how: str = ""
    calls: Sequence[Named] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for one municipality; by the host, or by its own people."""

    participant: Participant
    replies: Sequence[Reply]
    by_host: bool


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who writes, whether for another municipality, and when."""

    actor: Actor
    by_host: bool
    now: dt.datetime

    def named(self, participant: Participant) -> str:
        """As it stands beside the answer."""
        who = _("%(host)s, for %(name)s") if self.by_host else "%(host)s"
        return (who % {"host": self.actor.name, "name": participant})[:200]


@transaction.atomic
def save(
    *,
    participant: Participant,
    replies: Sequence[Reply],
    actor: Actor,
    by_host: bool = False,
    now: dt.datetime | None = None,
) -> list[Answer]:
    """Write one screen of a municipality's answers, all or none; opens a seal if these were the last.

    Raises Stale when somebody else saved one of the cells in between. A host who types for the municipality
    fills empty cells only as long as the seal is closed: what it has answered itself stays unseen.
    """
    now = now or timezone.now()
    rounds = _rounds_to_write(participant)
    found = {
        cell.pk: cell
        for cell in Answer.objects.select_for_update(of=("self",))
        .select_related("area__function", "call", "body", "participant__municipality")
        .filter(round__in=rounds, participant=participant, pk__in=[reply.answer for reply in replies])
    }
    if len(found) != len(replies):
        raise Refusal(_("These questions are not asked of %(name)s.") % {"name": participant})
    hand = _Hand(actor, by_host, now)
    for cell in found.values():
        cell.round = rounds[cell.round_id]
    written = [
        _write(found[reply.answer], reply, hand) for reply in replies if reply.state != Answer.State.OPEN
    ]
    if written:
        audit.record(
            actor,
            "answered a question",
            participant,
            context=participant.case.context,
            after={"questions": sorted({cell.question for cell in written}), "for": str(participant)},
        )
    for each in {cell.round for cell in written}:
        open_if_due(clarification=each, now=now)
    return written


@transaction.atomic
def type_for_all(*, typed: Sequence[Typed], actor: Actor, now: dt.datetime | None = None) -> list[Answer]:
    """Write what several municipalities said to one question, all or none."""
    return [
        answer
        for one in typed
        if one.replies
        for answer in save(
            participant=one.participant, replies=one.replies, actor=actor, by_host=one.by_host, now=now
        )
    ]


@transaction.atomic
def dispute(
    *,
    answer: Answer,
    by: Participant | Body,
    reason: str,
    revision: int,
    actor: Actor,
    now: dt.datetime | None = None,
) -> Answer:
    """Dispute what another municipality has answered, once it is open; it stays on record as it is.

    Only its own municipality settles it, by answering anew. Every version of it is kept.
    """
    reason = given(reason, missing=_("Say in a few words what you dispute."), limit=1000)
    owner = Participant.objects.select_related("case", "municipality").get(pk=answer.participant_id)
    _rounds_to_write(owner)
    cell = _locked(answer)
    _may_dispute(cell, by)
    if cell.revision != revision:
        raise Stale(_("This answer has just been changed: read it again before you dispute it."))
    _keep_what_was(cell)
    cell.state, cell.disputed_by, cell.dispute = Answer.State.DISPUTED, str(by)[:200], reason
    cell.revision += 1
    cell.save(update_fields=["state", "disputed_by", "dispute", "revision"])
    _keep_version(cell, f"{actor.name} ({by})"[:200], now or timezone.now())
    audit.record(
        actor,
        "disputed an answer",
        owner,
        context=owner.case.context,
        after={"question": cell.question, "of": str(owner), "by": str(by)},
    )
    return cell


def _rounds_to_write(participant: Participant) -> dict[uuid.UUID, ClarificationRound]:
    """The rounds of the case, locked after the case: every move of a case takes the locks in this order."""
    case = cases.locked(participant.case)
    if case.state in OVER:
        raise Refusal(_("The case is handed over, parked or closed: answers can no longer be changed."))
    if not Participant.objects.filter(pk=participant.pk, state__in=Participant.ACTIVE).exists():
        raise Refusal(_("%(name)s no longer takes part in this case.") % {"name": participant})
    locked = ClarificationRound.objects.select_for_update(of=("self",), no_key=True).select_related("case")
    rounds = {each.pk: each for each in locked.filter(case=case).order_by("number")}
    if not rounds:
        raise Refusal(_("The questions are not asked yet."))
    return rounds


def _locked(answer: Answer) -> Answer:
    rows = Answer.objects.select_for_update(of=("self",))
    return rows.select_related("round", "participant__municipality", "call").get(pk=answer.pk)


def _may_dispute(cell: Answer, by: Participant | Body) -> None:
    own = isinstance(by, Participant) and by.pk == cell.participant_id
    if own:
        raise Refusal(_("This is your own answer: change it instead."))
    if cell.round.is_sealed:
        raise Refusal(_("The answers are still sealed."))
    if cell.state == Answer.State.DISPUTED:
        raise Refusal(_("This answer is disputed already."))
    if cell.state != Answer.State.ANSWERED:
        raise Refusal(_("There is no answer yet that could be disputed."))


def _write(cell: Answer, reply: Reply, hand: _Hand) -> Answer:
    """Put one reply into its cell, with the version it becomes."""
    _may_write(cell, reply, hand)
    _keep_what_was(cell)
    deferred = reply.state == Answer.State.DEFERRED
    for name in KEPT:
        setattr(cell, name, getattr(reply, name).strip())
    if cell.names_calls:
        cell.choice = _named_or_none(cell, reply)
    if reply.state != Answer.State.DISPUTED:
        cell.disputed_by = cell.dispute = ""
    cell.state, cell.causes, cell.said_on = reply.state, list(reply.causes), reply.said_on
    cell.owner, cell.due = (reply.owner.strip(), reply.due) if deferred else ("", None)
    cell.answered_at = None if deferred else hand.now
    cell.answered_by = hand.named(cell.participant)
    cell.revision += 1
    cell.full_clean(exclude=["round", "participant", "area", "call", "body"])
    cell.save()
    _name_calls(cell, reply)
    _keep_version(cell, cell.answered_by, hand.now)
    return cell


def _may_write(cell: Answer, reply: Reply, hand: _Hand) -> None:
    names = {"name": cell.participant, "about": cell.about}
    if hand.by_host and cell.round.is_sealed and cell.state != Answer.State.OPEN:
        raise Refusal(_("%(name)s has given this answer already; it is sealed.") % names)
    if cell.revision != reply.revision:
        raise Stale(
            _("Somebody else has just answered on %(about)s. Yours is not saved yet: compare, then save.")
            % names
        )
    if hand.by_host and cell.disputed_by == str(cell.round.case.initiator):
        raise Refusal(_("You dispute this answer: %(name)s settles it itself.") % names)


def _named_or_none(cell: Answer, reply: Reply) -> str:
    """Rows of calls count as an answer of their own; without any, that none is known, or words."""
    if reply.calls and cell.choice == "none":
        raise ValidationError({"choice": _("You name a call: then you do know one.")})
    if cell.choice == "named" and not reply.calls and not cell.text:
        raise ValidationError({"text": NAME_A_CALL})
    return "named" if reply.calls else cell.choice


def _name_calls(cell: Answer, reply: Reply) -> None:
    """The calls as named now; the earlier ones stand in the earlier version."""
    if not cell.names_calls:
        return
    cell.named_calls.all().delete()
    for named in reply.calls:
        row = NamedCall(answer=cell, **{name: getattr(named, name) for name in Named.__slots__})
        row.full_clean(exclude=["answer"])
        row.save()


def _keep_what_was(cell: Answer) -> None:
    """An answer from before versions were kept becomes one before it is changed."""
    if cell.revision and not cell.versions.exists():
        _keep_version(cell, cell.answered_by, cell.answered_at or timezone.now())


def _keep_version(cell: Answer, by: str, at: dt.datetime) -> None:
    AnswerVersion.objects.create(
        answer=cell, revision=cell.revision, state=cell.state, said=cell.as_said(), by=by or "–", at=at
    )
