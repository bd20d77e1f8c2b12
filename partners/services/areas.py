"""Candidate areas: add, settle, and the stances of authorities on them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, given
from partners.models import AuthorityStance, Body, CandidateArea, Case


@transaction.atomic
def keep_area(*, area: CandidateArea, actor: Actor) -> CandidateArea:
    """Save a new or changed candidate area after full validation."""
    area.full_clean()
    area.save()
    audit.record(
        actor, "kept a candidate area", area, context=area.case.context, after={"screening": area.screening}
    )
    return area


@transaction.atomic
def agree_area(*, area: CandidateArea, actor: Actor) -> None:
    """Take the area into the talks; it must lie within the municipality's own competence."""
    if not area.own_competence:
        raise Refusal(_("%(area)s lies outside our own competence and cannot be explored.") % {"area": area})
    area.state, area.reason = CandidateArea.State.AGREED, ""
    area.save(update_fields=["state", "reason"])
    audit.record(actor, "took an area into the talks", area, context=area.case.context)


@transaction.atomic
def set_area_aside(*, area: CandidateArea, reason: str, actor: Actor) -> None:
    """Leave an area out, with a reason."""
    reason = given(reason, missing=_("Give a reason: it stays on record for those who ask later."))
    area.state, area.reason = CandidateArea.State.SET_ASIDE, reason
    area.save(update_fields=["state", "reason"])
    audit.record(actor, "set an area aside", area, context=area.case.context, reason=reason)


@transaction.atomic
def record_stance(
    *, area: CandidateArea, body: Body, stance: str, said_by: str, said_on: dt.date, how: str, actor: Actor
) -> AuthorityStance:
    """Record what an authority said about an area, with its evidence."""
    entry = AuthorityStance(area=area, body=body, stance=stance, said_by=said_by, said_on=said_on, how=how)
    entry.full_clean()
    entry.save()
    audit.record(actor, "recorded a stance", entry, context=area.case.context, after={"stance": stance})
    return entry


def areas_in_talks(case: Case) -> list[CandidateArea]:
    """The areas taken into the talks."""
    return [area for area in case.areas.select_related("function__evidence") if area.state == "agreed"]
