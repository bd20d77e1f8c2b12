"""Attitudes: each municipality's stance as a whole and by area, kept with its history."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings.models import AreaAttitude, Attitude
from meetings.stances import AreaStance, contradictions
from partners.models import CandidateArea, Case, Participant
from partners.services import cases, participants


@transaction.atomic
def state_attitude(
    *,
    participant: Participant,
    value: str,
    stated_by: str,
    actor: Actor,
    conditions: str = "",
    by_area: Sequence[AreaStance] = (),
    areas: Sequence[CandidateArea] = (),
    seen: uuid.UUID | str | None = None,
) -> Attitude:
    """Add a municipality's attitude, as a whole and by area; earlier ones stay.

    `areas` are those for which the whole holds without a word of their own. `seen` is the statement that the
    writer had before them ("" when there was none): Stale when another was made in between.
    """
    case = cases.locked(participant.case)
    if reason := why_not(case):
        raise Refusal(reason)
    if not case.participants.filter(pk=participant.pk, state__in=Participant.ACTIVE).exists():
        raise Refusal(_("%(name)s no longer takes part in this case.") % {"name": participant})
    said = [*by_area, *(AreaStance(area, value, conditions[:1000]) for area in areas)]
    _require_areas(case, said)
    if against := contradictions(value, said):
        raise Refusal(*against)
    _require_seen(participant, seen)
    attitude = _write(participant, value, conditions, stated_by, actor, said)
    audit.record(
        actor,
        "stated an attitude",
        attitude,
        context=case.context,
        after={
            "value": value,
            "areas": {str(one.area): one.value for one in said},
            "stated by": stated_by,
        },
    )
    participants.note_attitude(participant=participant, value=value)
    participants.step(participant=participant, to=Participant.State.ATTITUDE_STATED, actor=actor)
    return attitude


def why_not(case: Case) -> str:
    """Why no attitude can be stated now, in a sentence; empty when it can."""
    if case.state in Case.RESTING or case.has_reached(Case.State.FORMAL_HELD):
        return _("The formal meeting is over, or the case is parked or closed.")
    if not case.has_reached(Case.State.ATTITUDE):
        return _("Attitudes are stated once the informal meeting is held and the answers are open.")
    return ""


def _write(
    participant: Participant,
    value: str,
    conditions: str,
    stated_by: str,
    actor: Actor,
    said: Sequence[AreaStance],
) -> Attitude:
    attitude = Attitude(
        participant=participant,
        value=value,
        conditions=conditions.strip() if value == Attitude.Value.CONDITIONAL else "",
        stated_by=stated_by.strip()[:200],
        recorded_by="" if actor.name == stated_by else actor.name[:200],
    )
    attitude.full_clean(exclude=["participant"])
    attitude.save()
    for one in said:
        on_condition = one.value == Attitude.Value.CONDITIONAL
        row = AreaAttitude(
            attitude=attitude,
            area=one.area,
            value=one.value,
            conditions=one.conditions.strip() if on_condition else "",
        )
        row.full_clean(exclude=["attitude", "area"])
        row.save()
    return attitude


def _require_areas(case: Case, said: Sequence[AreaStance]) -> None:
    areas = [one.area for one in said]
    if any(area.case_id != case.pk or area.state != CandidateArea.State.AGREED for area in areas):
        raise Refusal(_("Choose among the areas that are in the talks."))
    if len(set(areas)) != len(areas):
        raise Refusal(_("Say one thing on each area."))


def _require_seen(participant: Participant, seen: uuid.UUID | str | None) -> None:
    """Nobody's statement is revised by somebody who has not read it."""
    if seen is None:
        return
    latest = Attitude.objects.filter(participant=participant).order_by("-stated_at").first()
    if latest is not None and str(latest.pk) != str(seen):
        raise Stale(
            _(
                "Meanwhile %(who)s has stated the attitude of %(name)s: %(value)s. Yours is not recorded yet:"
                " compare, then record it."
            )
            % {"who": latest.stated_by, "name": participant, "value": latest.get_value_display()}
        )
