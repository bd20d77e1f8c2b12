"""Next steps live on: done with what came of it, taken up again, and reminded of."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal, given
from meetings import next_steps
from meetings.emails import steps as letters_of_steps
from meetings.models import Meeting, NextStep
from meetings.services import addressees, posting
from partners.models import Case, Participant
from partners.services import cases

log = logging.getLogger(__name__)


@transaction.atomic
def finish(*, step: NextStep, actor: Actor, note: str = "", now: dt.datetime | None = None) -> NextStep:
    """Mark a step as done, with what came of it; a second time changes nothing."""
    now = now or timezone.now()
    fresh = _locked(step)
    if fresh.done_at is not None:
        return fresh
    if len(note.strip()) > 500:
        raise Refusal(_("At most %(limit)d characters, please.") % {"limit": 500})
    fresh.done_at, fresh.done_by, fresh.done_note = now, actor.name[:200], note.strip()
    fresh.save(update_fields=["done_at", "done_by", "done_note"])
    audit.record(
        actor,
        "finished a next step",
        fresh,
        context=fresh.meeting.case.context,
        after={"what came of it": fresh.done_note},
    )
    return fresh


@transaction.atomic
def reopen(*, step: NextStep, because: str, actor: Actor, now: dt.datetime | None = None) -> NextStep:
    """Take a step up again, with the reason; what came of it before stays on the trail."""
    now = now or timezone.now()
    fresh = _locked(step)
    because = given(because, missing=_("Say why the step is taken up again."))
    if fresh.done_at is None:
        return fresh
    before = {"done by": fresh.done_by, "what came of it": fresh.done_note}
    fresh.done_at, fresh.done_by, fresh.done_note, fresh.reopened_at = None, "", "", now
    fresh.save(update_fields=["done_at", "done_by", "done_note", "reopened_at"])
    audit.record(
        actor,
        "took a next step up again",
        fresh,
        context=fresh.meeting.case.context,
        before=before,
        reason=because,
    )
    return fresh


def remind_due(*, now: dt.datetime | None = None) -> int:
    """Write the reminders that are due and not written: three days ahead, and weekly once overdue."""
    now = now or timezone.now()
    near = _with_all(NextStep.objects.alive()).filter(
        done_at=None,
        due__lte=(now + next_steps.AHEAD + dt.timedelta(days=1)).date(),
        owner__state__in=Participant.ACTIVE,
    )
    wanted = [
        (step.pk, which)
        for step in near
        if (which := next_steps.reminder(next_steps.standing(step, now), now))
    ]
    keys = {key_of(pk, which): pk for pk, which in wanted}
    written = set(OutgoingEmail.objects.filter(key__in=keys).values_list("key", flat=True))
    return sum(_tried(pk, now) for key, pk in keys.items() if key not in written)


def key_of(pk: uuid.UUID, which: str) -> str:
    """What a reminder is about: the step, and which time."""
    return f"step:{pk}/{which}"


def _tried(pk: uuid.UUID, now: dt.datetime) -> bool:
    try:
        return _remind(pk, now)
    except Exception:
        # One recipient's fault must not hold up the others.
        log.exception("no reminder of step %s can be written", pk)
        return False


@transaction.atomic
def _remind(pk: uuid.UUID, now: dt.datetime) -> bool:
    NextStep.objects.select_for_update().get(pk=pk)
    step = _with_all(NextStep.objects.filter(pk=pk)).get()
    standing = next_steps.standing(step, now)
    which = next_steps.reminder(standing, now)
    key = key_of(pk, which)
    if not which or OutgoingEmail.objects.filter(key=key).exists():
        return False
    invitation = step.meeting.invitations.select_related(
        "meeting__case__initiator",
        "meeting__case__opened_by",
        "participant__municipality",
        "participant__contact",
    ).get(participant=step.owner_id)
    if addressees.trouble_with(invitation, now):
        return False
    to = addressees.of(invitation)
    with translation.override(to.language):
        message = letters_of_steps.reminder(standing, to, key)
    posting.post(message, case=step.meeting.case)
    return True


def _with_all(steps: QuerySet[NextStep]) -> QuerySet[NextStep]:
    return steps.select_related(
        "owner__municipality", "meeting__case__initiator", "meeting__case__opened_by"
    ).prefetch_related("depends_on__owner__municipality")


def _locked(step: NextStep) -> NextStep:
    """The step, locked after its case; refused before the record is closed, and while the case rests."""
    case = cases.locked(step.meeting.case)
    if case.state in Case.RESTING:
        raise Refusal(_("The case is parked or closed: reopen it first."))
    fresh = (
        NextStep.objects.select_for_update(of=("self",))
        .select_related("meeting__case", "owner__municipality")
        .get(pk=step.pk)
    )
    if fresh.meeting.state != Meeting.State.HELD:
        raise Refusal(_("The record of the meeting is not closed yet: its next steps may still change."))
    return fresh
