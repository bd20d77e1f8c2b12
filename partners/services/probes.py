"""Private interest: a yes that the other side learns of only if it says yes as well.

Nothing that one side does changes what the other reads, unless both said yes. The portal's question names
the whole circle of the one asked, and is put by the clock, apart from the request that caused it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from partners import emails
from partners.models import Function, Membership, Municipality, Probe, ProbeQuestion
from partners.services.notices import spokespeople, tell
from partners.surroundings import FEWEST, circle_of

#: A council meets about once a quarter: asked more often, the question would press for an answer, and its
#: return would tell that somebody's yes still stands.
AGAIN_AFTER = dt.timedelta(days=90)
WRITERS = (Membership.Role.LEAD, Membership.Role.FOCAL_POINT)


def context_of(municipality: Municipality | int) -> str:
    """Where the trail keeps what a municipality did in private: apart from every other timeline."""
    return f"private:{municipality if isinstance(municipality, int) else municipality.pk}"


@transaction.atomic
def ask(
    *,
    municipality: Municipality,
    others: Sequence[Municipality],
    function: Function,
    actor: Actor,
    now: dt.datetime | None = None,
) -> None:
    """Say yes in private about each of the others; the clock then puts the portal's question to them.

    Refused for one whose circle would not hide who asked.
    """
    if not others:
        raise Refusal(_("Choose at least one municipality."))
    askable = circle_of(municipality).askable
    if exposed := [str(other) for other in others if other.pk not in askable]:
        words = _("%(names)s: the question would show that it comes from you, so it is not put.")
        raise Refusal(words % {"names": ", ".join(exposed)})
    _lock(municipality.pk, *(other.pk for other in others))
    known, new = _said(municipality, function), set()
    for other in others:
        probe = known.get(other.pk) or Probe(municipality=municipality, other=other, function=function)
        if probe.interested and probe.asked_at:
            continue
        probe.interested, probe.asked_at = True, now or timezone.now()
        probe.said_by = actor.signed_in()
        probe.save()
        _record(actor, "said a private yes", probe)
        new.add(other.pk)
    _tell_of_matches(municipality, function, new)


@transaction.atomic
def answer(
    *, question: ProbeQuestion, interested: Collection[int], actor: Actor, now: dt.datetime | None = None
) -> None:
    """Answer the portal's question: yes to those chosen, no to the rest; a yes on both sides is kept."""
    held = ProbeQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
    if held.answered_at:
        raise Refusal(_("This question is answered already."))
    about = list(held.about.all())
    if set(interested) - {other.pk for other in about}:
        raise Refusal(_("Choose only among the municipalities that the question names."))
    _lock(held.municipality_id, *(other.pk for other in about))
    known = _said(held.municipality, held.function)
    settled = set(_mutual(held.municipality, held.function).values_list("other_id", flat=True))
    for other in about:
        if other.pk not in settled:
            _say(known.get(other.pk), held, other, yes=other.pk in interested, actor=actor)
    held.answered_at = now or timezone.now()
    held.save(update_fields=["answered_at"])
    audit.record(actor, "answered a private question", held, context=context_of(held.municipality_id))
    _tell_of_matches(held.municipality, held.function, set(interested) - settled)


@transaction.atomic
def withdraw(*, probe: Probe, actor: Actor) -> None:
    """Take a yes back as if it had never been said; refused once both sides know."""
    _lock(probe.municipality_id, probe.other_id)
    held = Probe.objects.filter(pk=probe.pk, interested=True).first()
    if held is None:
        raise Refusal(_("This yes was withdrawn already."))
    if Probe.objects.mutual().filter(pk=held.pk).exists():
        raise Refusal(_("Both of you know by now: tell %(name)s yourselves.") % {"name": held.other})
    _record(actor, "withdrew a private yes", held)
    held.delete()


def put_questions(*, now: dt.datetime | None = None) -> int:
    """Put the portal's question wherever a yes waits for an answer that could still come; how many."""
    now = now or timezone.now()
    waiting = _unanswered(now).order_by("other", "function").values_list("other", "function").distinct()
    return sum(_put(other, function, now) for other, function in waiting)


def _unanswered(now: dt.datetime) -> QuerySet[Probe]:
    """Yeses to which no answer stands or is lately given, of those who have somebody to ask."""
    theirs = Probe.objects.filter(
        municipality=OuterRef("other"), other=OuterRef("municipality"), function=OuterRef("function")
    )
    lately = Q(said_at__gte=OuterRef("asked_at")) | Q(said_at__gt=now - AGAIN_AFTER) | Q(interested=True)
    asked = ProbeQuestion.objects.filter(
        municipality=OuterRef("other"), function=OuterRef("function"), asked_at__gt=now - AGAIN_AFTER
    )
    people = Membership.objects.filter(municipality=OuterRef("other"), role__in=WRITERS, user__is_active=True)
    return Probe.objects.filter(
        ~Exists(theirs.filter(lately)),
        ~Exists(asked),
        Exists(people),
        interested=True,
        asked_at__isnull=False,
    )


@transaction.atomic
def _put(other: int, function: str, now: dt.datetime) -> int:
    """Put one question, or the same one again after its time; none when it would not hide who asked."""
    _lock(other)
    asked = Municipality.objects.get(pk=other)
    # To whom it said yes before cannot be the one who asks now, so these names would hide nobody.
    yes = Probe.objects.filter(municipality=asked, function=function, interested=True)
    names = circle_of(asked).around - set(yes.values_list("other_id", flat=True))
    askers = Probe.objects.filter(other=asked, function=function, asked_at__isnull=False, interested=True)
    if len(names) < FEWEST or not askers.filter(municipality__in=names).exists():
        return 0
    question, _created = ProbeQuestion.objects.update_or_create(
        municipality=asked, function_id=function, answered_at=None, defaults={"asked_at": now}
    )
    question.about.set(names)
    audit.record(Actor.portal(), "put a private question", question, context=context_of(asked))
    key = f"private-question:{question.pk}/{now.isoformat()}"
    tell(spokespeople(asked), lambda to: emails.private_question(question, to, key))
    return 1


def _lock(*keys: int) -> None:
    """Hold the municipalities in one order: two yeses at the same moment are seen one after the other."""
    held = Municipality.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    list(held.values_list("pk", flat=True))


def _said(municipality: Municipality, function: Function) -> dict[int, Probe]:
    """What it has said about others in the function."""
    said = Probe.objects.filter(municipality=municipality, function=function)
    return {probe.other_id: probe for probe in said.select_related("municipality", "other", "function")}


def _say(
    known: Probe | None, question: ProbeQuestion, other: Municipality, *, yes: bool, actor: Actor
) -> None:
    if known and known.interested and yes:
        return
    probe = known or Probe(municipality=question.municipality, other=other, function=question.function)
    probe.interested, probe.said_by = yes, actor.signed_in()
    probe.asked_at = None
    probe.save()


def _mutual(municipality: Municipality, function: Function) -> QuerySet[Probe]:
    return Probe.objects.mutual().filter(municipality=municipality, function=function)


def _tell_of_matches(municipality: Municipality, function: Function, others: Collection[int]) -> None:
    """Tell both sides of each new pair in the same moment."""
    ends = ("municipality", "other", "function")
    for ours in _mutual(municipality, function).filter(other__in=others).select_related(*ends):
        theirs = Probe.objects.select_related(*ends).get(
            municipality=ours.other_id, other=ours.municipality_id, function=function
        )
        for probe in (ours, theirs):
            _tell_one_side(probe, f"private-match:{ours.pk}:{theirs.pk}")


def _tell_one_side(probe: Probe, key: str) -> None:
    _record(Actor.portal(), "found a yes on both sides", probe)
    tell(spokespeople(probe.municipality), lambda to: emails.both_said_yes(probe, to, key))


def _record(actor: Actor, verb: str, probe: Probe) -> None:
    audit.record(actor, verb, probe, context=context_of(probe.municipality_id))
