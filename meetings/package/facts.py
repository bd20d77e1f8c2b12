"""All facts of a case as plain values, ready for JSON: read once, in the order of the chain.

Of municipalities that were never contacted nothing leaves the house, and of answers only what the one who
makes the package may see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from imc_portal.core.models import User
from meetings.package import decided, figures, people, prepared, provenance, talks
from partners.models import AuthorityStance, Baseline, CandidateArea, Case, Need, Participant

FORMAT = "imc-portal/hand-over/2"
#: Where the schema of this format is published; the address stays.
SCHEMA_PATH = "/schemas/hand-over-2.json"
#: Whoever knows of the case, also those who said no; never those set aside unasked.
TOLD = (
    Participant.State.INITIATOR,
    *Participant.IN_TOUCH,
    Participant.State.NO_RESPONSE,
    Participant.State.DECLINED,
    Participant.State.WITHDRAWN,
)
#: Those who only observe or come back later knew of it when they had been contacted before.
BESIDE = (Participant.State.OBSERVING, Participant.State.DEFERRED)

Facts = dict[str, Any]


def gather(case: Case, user: User, now: dt.datetime) -> Facts:
    """The case from need to next step, in a fixed number of queries."""
    told = list(told_of(case).select_related("municipality", "contact"))
    formal = decided.held(case)
    return {
        "format": FORMAT,
        "schema": settings.BASE_URL + SCHEMA_PATH,
        "made_at": now.isoformat(timespec="seconds"),
        "made_by": people.person(str(user), str(case.initiator)),
        "case": _case(case),
        "needs": [_need(need) for need in _needs(case)],
        "areas": [_area(area) for area in _areas(case)],
        "participants": [_participant(one) for one in told],
        **talks.gather(case, user, told),
        **decided.gather(case, formal),
        **figures.gather(case, told),
        **prepared.gather(case, told),
        "provenance": provenance.gather(case),
    }


def told_of(case: Case) -> QuerySet[Participant]:
    """The participants that know of the case."""
    beside = Q(state__in=BESIDE, left_from__in=Participant.IN_TOUCH)
    return case.participants.filter(Q(state__in=TOLD) | beside)


def _case(case: Case) -> Facts:
    return {
        "id": str(case.pk),
        "title": case.title,
        "initiator": case.initiator.name,
        "trigger": case.get_trigger_display(),
        "opened_at": case.opened_at.isoformat(timespec="seconds"),
    }


def _needs(case: Case) -> Iterable[Need]:
    return case.needs.select_related("municipality", "function", "baseline")


def _need(need: Need) -> Facts:
    baseline: Baseline | None = getattr(need, "baseline", None)
    return {
        "municipality": need.municipality.name,
        "function": need.function_id,
        "kind": need.get_kind_display(),
        "severity": need.severity,
        "causes": need.cause_labels,
        "statement": need.statement,
        "evidence": need.evidence,
        "baseline": _baseline(baseline) if baseline else None,
    }


def _baseline(one: Baseline) -> Facts:
    return {
        "annual_cost": str(one.annual_cost),
        "volume": str(one.volume) if one.volume is not None else None,
        "volume_unit": one.volume_unit,
        "staff_fte": str(one.staff_fte) if one.staff_fte is not None else None,
        "quality": one.quality,
        "year": one.year,
        "source": one.source,
        "confidence": one.confidence,
        "confidence_name": one.get_confidence_display(),
    }


def _areas(case: Case) -> Iterable[CandidateArea]:
    return case.areas.select_related("function").prefetch_related("stances__body")


def _area(area: CandidateArea) -> Facts:
    return {
        "id": str(area.pk),
        "name": str(area),
        "function": area.function_id,
        "function_name": str(area.function),
        "cofog": area.function.cofog,
        "mode": area.mode,
        "mode_name": area.get_mode_display(),
        "state": area.state,
        "reason": area.reason,
        "screening": {
            "rationale": area.rationale,
            "need": area.need_grade,
            "savings": area.savings,
            "feasibility": area.feasibility,
            "total": area.screening,
        },
        "stances": [_stance(stance) for stance in area.stances.all()],
    }


def _stance(stance: AuthorityStance) -> Facts:
    return {
        "authority": stance.body.name,
        "stance": stance.stance,
        "stance_name": stance.get_stance_display(),
        "said_by": people.said(stance.said_by, stance.body),
        "said_on": stance.said_on.isoformat(),
        "how": stance.how,
    }


def _participant(one: Participant) -> Facts:
    return {
        "id": str(one.pk),
        "name": one.municipality.name,
        "country": one.municipality.country,
        "code": one.municipality.code,
        "inhabitants": one.municipality.population,
        "initiator": one.is_initiator,
        "takes_part": one.state in Participant.ACTIVE,
        "state": one.state,
        "state_name": one.get_state_display(),
        "reason": one.reason,
        "comes_back_on": one.deferred_until.isoformat() if one.deferred_until else None,
        "contact": people.holder(one.contact),
    }
