"""Expectations: topics, what each party says on them, who does what, and that staff and council were told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings.models import Expectation, ExpectationTopic, Responsibility, Telling
from meetings.standpoints import PARTIES
from partners.models import Case, Participant
from partners.services import cases

WORDS = ("interest", "expectation", "success", "limit", "concession")


@transaction.atomic
def raise_topic(*, participant: Participant, text: str, actor: Actor) -> ExpectationTopic:
    """Put something on the list on which each party may have its own expectation."""
    case = _open(participant)
    text = " ".join(text.split())
    if case.topics.filter(text__iexact=text).exists():
        raise Refusal(_("This is in the list already."))
    topic = ExpectationTopic(case=case, text=text, raised_by=participant)
    topic.full_clean(exclude=["case", "raised_by"])
    topic.save()
    audit.record(actor, "raised a topic", topic, context=case.context)
    return topic


@transaction.atomic
def close_topic(*, topic: ExpectationTopic, actor: Actor, closed: bool = True) -> None:
    """Set a topic aside, or take it up again; what was said on it stays."""
    case = cases.locked(topic.case)
    if reason := why_not(case):
        raise Refusal(reason)
    if ExpectationTopic.objects.filter(pk=topic.pk).exclude(closed=closed).update(closed=closed):
        verb = "set a topic aside" if closed else "took a topic up again"
        audit.record(actor, verb, topic, context=case.context)


@transaction.atomic
def state_expectation(
    *,
    topic: ExpectationTopic,
    participant: Participant,
    stance: str,
    words: Mapping[str, str],
    stated_by: str,
    actor: Actor,
    seen: int | None = None,
) -> Expectation:
    """Say where a party stands on a topic; earlier words stay under their number.

    `seen` is the number that the writer had before them, 0 for none: Stale when there is a newer one.
    """
    case = _open(participant)
    fresh = ExpectationTopic.objects.filter(pk=topic.pk, case=case).first()
    if fresh is None or fresh.closed:
        raise Refusal(_("This topic is set aside: take it up again first."))
    newest = fresh.expectations.filter(participant=participant).first()
    number = newest.number if newest else 0
    if seen is not None and seen != number:
        who = newest.stated_by if newest else ""
        raise Stale(
            _("Meanwhile %(who)s has written on this topic. Yours is not recorded yet: compare both.")
            % {"who": who}
        )
    said = Expectation(
        topic=fresh,
        participant=participant,
        stance=stance,
        number=number + 1,
        stated_by=stated_by.strip()[:200],
        **{name: words.get(name, "").strip() for name in WORDS},
    )
    said.full_clean(exclude=["topic", "participant"])
    said.save()
    audit.record(
        actor,
        "stated an expectation",
        fresh,
        context=case.context,
        after={"for": str(participant), "stance": stance, "stated by": stated_by},
    )
    return said


@transaction.atomic
def give_task(*, case: Case, task: str, participant: Participant, name: str, actor: Actor) -> Responsibility:
    """Write down who does what in the talks."""
    case = _open(participant, case)
    task = " ".join(task.split())
    if case.responsibilities.filter(task__iexact=task).exists():
        raise Refusal(_("Somebody has this task already."))
    given = Responsibility(
        case=case, task=task, participant=participant, name=name.strip(), recorded_by=actor.name[:200]
    )
    given.full_clean(exclude=["case", "participant"])
    given.save()
    audit.record(
        actor,
        "gave somebody a task",
        given,
        context=case.context,
        after={"who": name, "of": str(participant)},
    )
    return given


@transaction.atomic
def take_task_back(*, responsibility: Responsibility, actor: Actor) -> None:
    """Take a task off the list; the trail keeps who had it."""
    case = cases.locked(responsibility.case)
    if reason := why_not(case):
        raise Refusal(reason)
    if not Responsibility.objects.filter(pk=responsibility.pk).exists():
        return
    audit.record(
        actor, "took a task back", responsibility, context=case.context, before={"who": responsibility.name}
    )
    responsibility.delete()


@transaction.atomic
def tell(
    *,
    participant: Participant,
    audience: str,
    told_on: dt.date,
    actor: Actor,
    how: str = "",
    today: dt.date | None = None,
) -> Telling:
    """Record that a municipality told its staff or its council about the talks."""
    case = _open(participant)
    if told_on > (today or timezone.localdate()):
        raise Refusal(_("Record it when it has happened: this day is still to come."))
    told = Telling(
        participant=participant,
        audience=audience,
        told_on=told_on,
        how=how.strip(),
        recorded_by=actor.name[:200],
    )
    told.full_clean(exclude=["participant"])
    if Telling.objects.filter(
        participant=participant, audience=audience, told_on=told_on, how=told.how
    ).exists():
        raise Refusal(_("This is recorded already."))
    told.save()
    audit.record(
        actor,
        "told staff or council",
        participant,
        context=case.context,
        after={"who": audience, "on": told_on.isoformat()},
    )
    return told


def why_not(case: Case) -> str:
    """Why nothing can be written here now, in a sentence; empty when it can."""
    if case.state in Case.RESTING or case.has_reached(Case.State.HANDED_OVER):
        return _("The case is handed over, parked or closed: what was said here stays as it is.")
    if not case.has_reached(Case.State.PROPOSAL):
        return _("Expectations are told once there are partners to tell: the proposal comes first.")
    return ""


def latest_number(topic: ExpectationTopic, participant: Participant) -> int:
    """The number of a party's last word on a topic; 0 for none."""
    last = topic.expectations.filter(participant=participant).aggregate(last=Max("number"))["last"]
    return int(last or 0)


def _open(participant: Participant, of: Case | None = None) -> Case:
    """The participant's case, locked; refused when it is over, or the participant is no party of it."""
    case = cases.locked(of or participant.case)
    if reason := why_not(case):
        raise Refusal(reason)
    if not case.participants.filter(pk=participant.pk, state__in=PARTIES).exists():
        raise Refusal(_("%(name)s no longer takes part in this case.") % {"name": participant})
    return case
