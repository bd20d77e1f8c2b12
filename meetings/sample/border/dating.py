"""When to meet: three times, two banks, two clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from imc_portal.core.audit import Actor
from meetings.models import DatePoll, Meeting
from meetings.sample.border import people, talks
from meetings.services import dates
from partners.models import Case, Participant

LENGTH = dt.timedelta(hours=2, minutes=30)


def ask(case: Case, starts: Sequence[dt.datetime], answer_by: dt.datetime) -> DatePoll:
    """Times by the host's clock; each reader sees its own beside it."""
    offer = dates.Offer(
        slots=[(start, start + LENGTH) for start in starts],
        time_zone="America/Moncton",
        answer_by=answer_by,
        place=talks.PLACE,
        message="Ten in Campbellton is nine in Québec: say which of these would do.",
    )
    return dates.ask(case=case, kind=Meeting.Kind.INFORMAL, offer=offer, actor=people.focal())


def answer(poll: DatePoll, participant: Participant, actor: Actor, values: Sequence[str]) -> None:
    """A mayor says to each time whether it would do."""
    slots = poll.slots.order_by("starts_at")
    dates.answer(
        poll=poll,
        party=dates.Party(participant),
        name=people.MAYORS[participant.municipality.code],
        values={slot.pk: value for slot, value in zip(slots, values, strict=True)},
        actor=actor,
    )


def fix(case: Case, poll: DatePoll, starts_at: dt.datetime) -> None:
    """The time that everybody can."""
    slot = poll.slots.get(starts_at=starts_at)
    dates.fix(slot=slot, plan=talks.plan(case, starts_at), actor=people.focal())
