"""Attitudes: each municipality's general stance, stated by its lead and kept with its history."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.models import Attitude
from partners.models import CandidateArea, Case, Participant
from partners.services import cases, participants

OPEN_MINDED = (Attitude.Value.POSITIVE, Attitude.Value.CONDITIONAL)


@transaction.atomic
def state_attitude(
    *,
    participant: Participant,
    value: str,
    stated_by: str,
    actor: Actor,
    conditions: str = "",
    areas: Sequence[CandidateArea] = (),
) -> Attitude:
    """Add a municipality's attitude; earlier ones stay. An open attitude names the areas it means."""
    case = cases.locked(participant.case)
    if reason := why_not(case):
        raise Refusal(reason)
    if not case.participants.filter(pk=participant.pk, state__in=Participant.ACTIVE).exists():
        raise Refusal(_("%(name)s no longer takes part in this case.") % {"name": participant})
    _require_areas(case, value, areas)
    attitude = Attitude(
        participant=participant,
        value=value,
        conditions=conditions.strip() if value == Attitude.Value.CONDITIONAL else "",
        stated_by=stated_by[:200],
    )
    attitude.full_clean(exclude=["participant"])
    attitude.save()
    attitude.areas.set(areas)
    audit.record(
        actor,
        "stated an attitude",
        attitude,
        context=case.context,
        after={"value": value, "areas": [str(area) for area in areas], "stated by": stated_by},
    )
    participants.note_attitude(participant=participant, value=value)
    participants.step(participant=participant, to=Participant.State.ATTITUDE_STATED, actor=actor)
    return attitude


def why_not(case: Case) -> str:
    """Why no attitude can be stated now, in a sentence; empty when it can."""
    if case.state in (Case.State.PARKED, Case.State.CLOSED) or case.has_reached(Case.State.FORMAL_HELD):
        return _("The formal meeting is over, or the case is parked or closed.")
    if not case.has_reached(Case.State.ATTITUDE):
        return _("Attitudes are stated once the informal meeting is held and the answers are open.")
    return ""


def _require_areas(case: Case, value: str, areas: Sequence[CandidateArea]) -> None:
    if value in OPEN_MINDED and not areas:
        raise Refusal(_("Name at least one area that this holds for."))
    if any(area.case_id != case.pk or area.state != CandidateArea.State.AGREED for area in areas):
        raise Refusal(_("Choose among the areas that are in the talks."))
