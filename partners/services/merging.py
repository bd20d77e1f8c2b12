"""Two cases on the same function become one: offered by one lead, answered by the other."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, given
from partners import machine
from partners.machine import CaseEvent
from partners.models import CandidateArea, Case, CaseMerge, Participant
from partners.services import carrying, cases

State = CaseMerge.State
#: Who is told of in an offer, and comes along when it is accepted.
WITH_US = (Participant.State.INITIATOR, *Participant.ORDER[1:])


@transaction.atomic
def offer(*, case: Case, into: Case, reason: str, actor: Actor) -> CaseMerge:
    """Offer to carry on this case inside another one, in which its initiator takes part already.

    Discloses title, areas and partners of the case to the people of the other initiator, nothing else.
    """
    case, into = _both_locked(case, into)
    if reasons := why_not(case, into):
        raise Refusal(*reasons)
    reason = given(reason, missing=_("Say why the two cases should go on together."))
    if CaseMerge.objects.filter(case=case, state=State.OFFERED).exists():
        raise Refusal(_("An offer waits for its answer already."))
    merge = CaseMerge.objects.create(case=case, into=into, reason=reason, offered_by=actor.signed_in())
    _note(actor, "offered to merge the case", merge, reason)
    return merge


@transaction.atomic
def accept(*, merge: CaseMerge, actor: Actor, word: str = "", now: dt.datetime | None = None) -> None:
    """Take the offered case in: it is closed, and its municipalities join this one as late partners."""
    case, into = _both_locked(merge.case, merge.into)
    fresh = _answered(merge, State.ACCEPTED, word, actor, now)
    if reasons := why_not(case, into):
        raise Refusal(*reasons)
    to = cases.allowed(case, CaseEvent.MERGED_AWAY)
    case.merged_into = into
    why = _("Goes on in the case “%(title)s”.") % {"title": into}
    cases.end(case=case, to=to, actor=actor, verb="merged the case", reason=why)
    verb = "joined from a merged case"
    parties = case.participants.filter(state__in=WITH_US).exclude(municipality=into.initiator_id)
    for party in parties.select_related("case", "municipality", "contact"):
        carrying.bring(party=party, into=into, actor=actor, verb=verb)
    _note(actor, "accepted the offer to merge", fresh, word)


@transaction.atomic
def decline(*, merge: CaseMerge, actor: Actor, word: str, now: dt.datetime | None = None) -> None:
    """Say no to an offer, with a word to those who made it; both cases go on."""
    _both_locked(merge.case, merge.into)
    word = given(word, missing=_("Say why not: the other lead reads it."))
    fresh = _answered(merge, State.DECLINED, word, actor, now)
    _note(actor, "declined the offer to merge", fresh, word)


def why_not(case: Case, into: Case) -> list[str]:
    """What speaks against carrying on one case inside the other, in whole sentences."""
    if case.pk == into.pk:
        return [_("Choose another case than this one.")]
    reasons = []
    for one, event in ((case, CaseEvent.MERGED_AWAY), (into, CaseEvent.MERGED_IN)):
        verdict = machine.on_case(one.state, event)
        if isinstance(verdict, machine.Refused):
            reasons.append(verdict.reason)
    inside = into.participants.filter(municipality=case.initiator_id, state__in=Participant.IN_TOUCH).exists()
    if not inside:
        reasons.append(_("%(name)s does not take part in the other case.") % {"name": case.initiator})
    if not common_functions(case, into):
        reasons.append(_("The two cases have no area in the same function."))
    return reasons


def common_functions(case: Case, into: Case) -> set[str]:
    """Functions that both cases consider, areas set aside left out."""
    found = [
        set(one.areas.exclude(state=CandidateArea.State.SET_ASIDE).values_list("function_id", flat=True))
        for one in (case, into)
    ]
    return found[0] & found[1]


def disclosed(merge: CaseMerge) -> dict[str, object]:
    """What an offer tells the other side: title, areas, the municipalities that were asked, and why."""
    areas = merge.case.areas.exclude(state=CandidateArea.State.SET_ASIDE).select_related("function")
    told = (Participant.State.INITIATOR, *Participant.IN_TOUCH)
    parties = merge.case.participants.filter(state__in=told).select_related("municipality")
    return {
        "title": merge.case.title,
        "initiator": merge.case.initiator,
        "areas": list(areas),
        "partners": [party.municipality for party in parties],
    }


def _both_locked(case: Case, into: Case) -> tuple[Case, Case]:
    """Both cases, always locked in one order, so that two crossing offers never wait for each other."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("initiator").order_by("pk")
    found = {one.pk: one for one in rows.filter(pk__in=[case.pk, into.pk])}
    return found[case.pk], found[into.pk]


def _answered(merge: CaseMerge, state: str, word: str, actor: Actor, now: dt.datetime | None) -> CaseMerge:
    fresh = CaseMerge.objects.select_for_update(of=("self",)).select_related("case", "into").get(pk=merge.pk)
    if fresh.state != State.OFFERED:
        raise Refusal(_("This offer is answered already: %(state)s.") % {"state": fresh.get_state_display()})
    if len(word := word.strip()) > 500:
        raise Refusal(_("At most %(limit)d characters, please.") % {"limit": 500})
    fresh.state, fresh.answer, fresh.answered_by = state, word, actor.name[:200]
    fresh.answered_at = now or timezone.now()
    fresh.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    merge.state = state
    return fresh


def _note(actor: Actor, verb: str, merge: CaseMerge, reason: str) -> None:
    """Both histories tell of it: each names the other case by its title alone."""
    for one, other in ((merge.case, merge.into), (merge.into, merge.case)):
        audit.record(actor, verb, one, context=one.context, after={"other": str(other)}, reason=reason)
