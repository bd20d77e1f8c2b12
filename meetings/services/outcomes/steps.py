"""Next steps: what, who, for which municipality, by when, and after what."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.models import FormalMeeting, NextStep
from meetings.services.outcomes.record import note, open_record


@transaction.atomic
def add_step(*, step: NextStep, actor: Actor, after: Iterable[NextStep] = ()) -> NextStep:
    """Record a next step; `after` are steps of the same meeting that have to be done first."""
    meeting = open_record(step.meeting)
    _write(step, meeting, after)
    note(actor, "recorded a next step", step, meeting)
    return step


@transaction.atomic
def change_step(*, step: NextStep, actor: Actor, after: Iterable[NextStep]) -> NextStep:
    """Change a next step; refused when it would wait, by way of others, for itself."""
    meeting = open_record(step.meeting)
    if not NextStep.objects.filter(pk=step.pk).exists():
        raise Refusal(_("Somebody has just taken this out."))
    _write(step, meeting, after)
    note(actor, "changed a next step", step, meeting, action=step.action)
    return step


@transaction.atomic
def remove_step(*, step: NextStep, actor: Actor) -> None:
    """Take a next step back; what came after it no longer waits for it."""
    meeting = open_record(step.meeting)
    note(actor, "removed a next step", step, meeting)
    step.delete()


def _write(step: NextStep, meeting: FormalMeeting, after: Iterable[NextStep]) -> None:
    if not meeting.invitations.filter(participant=step.owner_id).exists():
        raise Refusal(_("Choose one of the municipalities that were invited."))
    if step.due < meeting.local_start.date():
        raise Refusal(_("A next step is due after the meeting: choose a later day."))
    first = list(after)
    _no_circle(step, meeting, first)
    step.full_clean(exclude=["meeting", "owner"])
    step.save()
    step.depends_on.set(first)


def _no_circle(step: NextStep, meeting: FormalMeeting, after: list[NextStep]) -> None:
    """Refuse a step that would wait for itself, directly or by way of others; the meeting is locked."""
    known = {row.pk: row for row in meeting.next_steps.prefetch_related("depends_on")}
    if any(each.pk not in known for each in after):
        raise Refusal(_("Choose among the next steps of this meeting."))
    for each in after:
        if step.pk in _behind(each.pk, known):
            words = {"one": step.action, "other": each.action}
            raise Refusal(
                _("“%(other)s” already waits for “%(one)s”: the two cannot wait for each other.") % words
                if each.pk != step.pk
                else _("A step cannot wait for itself.")
            )


def _behind(start: uuid.UUID, known: dict[uuid.UUID, NextStep]) -> set[uuid.UUID]:
    """The step and all that it waits for."""
    seen: set[uuid.UUID] = set()
    ahead = [start]
    while ahead:
        one = ahead.pop()
        if one not in seen:
            seen.add(one)
            ahead += [each.pk for each in known[one].depends_on.all()]
    return seen
