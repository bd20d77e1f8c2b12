"""Loops of the talks that really happen: back to the areas, and one case that becomes two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, given
from partners.machine import CaseEvent
from partners.models import AuthorityStance, CandidateArea, Case, CaseBody, Participant
from partners.services import areas as area_service
from partners.services import carrying, cases, participants


@transaction.atomic
def revisit_areas(*, case: Case, actor: Actor, reason: str) -> None:
    """Go back to the areas, for another one is better; partners stay, what was answered and said stays."""
    fresh = cases.locked(case)
    to = cases.allowed(fresh, CaseEvent.AREAS_REVISITED)
    reason = given(reason, missing=_("Say why another area is better: the partners will ask."))
    before, fresh.state = fresh.state, to
    fresh.save(update_fields=["state"])
    case.state = to
    participants.papers_changed(case=fresh)
    audit.record(
        actor,
        "went back to the areas",
        fresh,
        context=fresh.context,
        before={"state": before},
        after={"state": to},
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Parting:
    """What goes into the new case: its title, areas, partners, and which of these stay in the old one too."""

    title: str
    areas: Sequence[CandidateArea]
    partners: Sequence[Participant]
    in_both: Sequence[Participant]
    reason: str


@transaction.atomic
def split(*, case: Case, parting: Parting, actor: Actor) -> Case:
    """Make two cases of one: chosen areas and partners go on in a new case, which begins open to talk.

    An area goes into one case only. A partner who only goes leaves the old case with a reason; both histories
    tell of the other case.
    """
    fresh = cases.locked(case)
    cases.allowed(fresh, CaseEvent.SPLIT)
    reason = given(parting.reason, missing=_("Say why the case is split."))
    areas, partners = _chosen(fresh, parting)
    new = _opened(fresh, parting.title, areas, actor)
    _move_areas(areas, fresh, new, actor)
    in_both = {party.pk for party in parting.in_both}
    for party in partners:
        _move_partner(party, fresh, new, stays=party.pk in in_both, actor=actor)
    told = {"areas": [str(area) for area in areas], "with": [str(party) for party in partners]}
    audit.record(
        actor, "split the case", fresh, context=fresh.context, after={"new": str(new), **told}, reason=reason
    )
    audit.record(
        actor,
        "split off from another case",
        new,
        context=new.context,
        after={"from": str(fresh), **told},
        reason=reason,
    )
    return new


def _chosen(case: Case, parting: Parting) -> tuple[list[CandidateArea], list[Participant]]:
    """The areas and partners that go, as they are now; refused when a case would be left or born empty."""
    if not parting.title.strip():
        raise Refusal(_("Give the new case a title."))
    agreed = list(case.areas.filter(state=CandidateArea.State.AGREED).select_related("function"))
    wanted = {area.pk for area in parting.areas}
    areas = [area for area in agreed if area.pk in wanted]
    if not areas or len(areas) < len(wanted):
        raise Refusal(_("Choose areas that are in the talks: they go into the new case."))
    if len(areas) == len(agreed):
        raise Refusal(_("Leave at least one area in this case."))
    open_to_talk = case.participants.filter(state__in=Participant.ORDER[3:]).select_for_update(of=("self",))
    rows = {party.pk: party for party in open_to_talk.select_related("case", "municipality", "contact")}
    keys = {party.pk for party in parting.partners}
    if not keys or keys - rows.keys():
        raise Refusal(_("Choose partners who are open to talk: they go on in the new case."))
    return areas, [rows[key] for key in rows if key in keys]


def _opened(case: Case, title: str, areas: Sequence[CandidateArea], actor: Actor) -> Case:
    new = Case(
        title=title.strip(),
        initiator=case.initiator,
        trigger=case.trigger,
        state=Case.State.CONTACTING,
        split_from=case,
        classification=case.classification,
        lead_time_days=case.lead_time_days,
        opened_by=actor.signed_in(),
    )
    new.full_clean()
    new.save()
    functions = [area.function_id for area in areas]
    new.needs.set(case.needs.filter(function__in=functions) or case.needs.all())
    Participant.objects.create(case=new, municipality=case.initiator, state=Participant.State.INITIATOR)
    for entry in case.bodies.all():
        CaseBody.objects.create(case=new, body_id=entry.body_id)
    return new


def _move_areas(areas: Sequence[CandidateArea], case: Case, new: Case, actor: Actor) -> None:
    """An area with its screening and what authorities said of it; in the old case it is set aside."""
    why = (_("Goes on in the case “%(title)s”.") % {"title": new})[:500]
    for area in areas:
        copy = CandidateArea.objects.create(
            case=new,
            **{
                name: getattr(area, name)
                for name in (
                    "function_id",
                    "mode",
                    "state",
                    "own_competence",
                    "rationale",
                    "need_grade",
                    "savings",
                    "feasibility",
                )
            },
        )
        AuthorityStance.objects.bulk_create(
            AuthorityStance(
                area=copy,
                body_id=said.body_id,
                stance=said.stance,
                said_by=said.said_by,
                said_on=said.said_on,
                how=said.how,
            )
            for said in area.stances.all()
        )
        area_service.set_area_aside(area=area, reason=why, actor=actor)


def _move_partner(party: Participant, case: Case, new: Case, *, stays: bool, actor: Actor) -> None:
    newcomer = carrying.bring(party=party, into=new, actor=actor, verb="came over from another case")
    if newcomer is not None:
        carrying.copy_contacts(party=party, newcomer=newcomer)
    if not stays:
        participants.leave(
            participant=party,
            state=Participant.State.WITHDRAWN,
            reason=(_("Goes on in the case “%(title)s”.") % {"title": new})[:500],
            actor=actor,
        )
