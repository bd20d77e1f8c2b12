"""For the next step: record what the legal check and the feasibility study need and nobody has said yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings.models import AreaPreparation, Meeting, PartyPreparation, SelectedArea, Stakeholder
from partners.models import CandidateArea, Case, Participant
from partners.services import cases

Kept = TypeVar("Kept", AreaPreparation, PartyPreparation)
OF_AREA = ("study_by", "study_key", "study_key_note")
OF_PARTY = ("legal_basis", "official_name", "official_role", "how_now", "service_level")
MOST_STAKEHOLDERS = 200


def areas_of(case: Case) -> list[CandidateArea]:
    """What is prepared: the areas selected in formal meetings, before one those that are in the talks."""
    chosen = SelectedArea.objects.filter(meeting__case=case, meeting__state=Meeting.State.HELD).values("area")
    rows = CandidateArea.objects.filter(case=case).select_related("function")
    return list(rows.filter(pk__in=chosen)) or list(rows.filter(state=CandidateArea.State.AGREED))


@transaction.atomic
def record_study(
    *, area: CandidateArea, said: Mapping[str, str], revision: int, actor: Actor
) -> AreaPreparation:
    """Who does the study of an area, and by which key its cost is shared."""
    case = _open(area.case)
    found = AreaPreparation.objects.filter(area=area).first()
    kept = found or AreaPreparation(area=area)
    _keep(kept, OF_AREA, said, revision, actor)
    audit.record(
        actor, "recorded who does the study", area, context=case.context, after={"by": kept.study_by}
    )
    return kept


@transaction.atomic
def record_party(
    *,
    area: CandidateArea,
    participant: Participant,
    said: Mapping[str, str],
    revision: int,
    actor: Actor,
) -> PartyPreparation:
    """What one municipality says on an area: legal basis, official, how it does it today."""
    case = _open(area.case)
    if participant.case_id != case.pk or participant.state not in Participant.ACTIVE:
        raise Refusal(_("%(name)s no longer takes part in this case.") % {"name": participant})
    found = PartyPreparation.objects.filter(area=area, participant=participant).first()
    kept = found or PartyPreparation(area=area, participant=participant)
    _keep(kept, OF_PARTY, said, revision, actor)
    audit.record(
        actor,
        "recorded what the next step needs",
        participant,
        context=case.context,
        after={"area": str(area)},
    )
    return kept


@transaction.atomic
def note_stakeholder(*, stakeholder: Stakeholder, actor: Actor) -> Stakeholder:
    """Note whom cooperation would concern; nobody is written to."""
    case = _open(stakeholder.case)
    if case.stakeholders.count() >= MOST_STAKEHOLDERS:
        raise Refusal(_("The list is full: at most %(count)d.") % {"count": MOST_STAKEHOLDERS})
    if stakeholder.area and stakeholder.area.case_id != case.pk:
        raise Refusal(_("Choose among the areas that are in the talks."))
    stakeholder.recorded_by = actor.name[:200]
    _clean(stakeholder, [])
    stakeholder.save(force_insert=True)
    audit.record(actor, "noted a stakeholder", stakeholder, context=case.context)
    return stakeholder


@transaction.atomic
def drop_stakeholder(*, stakeholder: Stakeholder, actor: Actor) -> None:
    """Take somebody off the list; nothing happens when another did so already."""
    case = _open(stakeholder.case)
    audit.record(actor, "dropped a stakeholder", stakeholder, context=case.context)
    Stakeholder.objects.filter(pk=stakeholder.pk).delete()


def _open(case: Case) -> Case:
    fresh = cases.locked(case)
    if fresh.state in Case.RESTING:
        raise Refusal(_("The case is parked or closed: reopen it first."))
    return fresh


def _keep(kept: Kept, names: tuple[str, ...], said: Mapping[str, str], revision: int, actor: Actor) -> None:
    """Write the fields if nobody has written in between."""
    if kept.revision != revision:
        raise Stale(_("Somebody saved in between: look at what stands there now, then save yours again."))
    for name in names:
        setattr(kept, name, said.get(name, "").strip())
    kept.revision, kept.recorded_by, kept.recorded_at = revision + 1, actor.name[:200], timezone.now()
    _clean(kept, ["area", "participant"])
    kept.save()


def _clean(record: AreaPreparation | PartyPreparation | Stakeholder, exclude: list[str]) -> None:
    try:
        record.full_clean(exclude=exclude)
    except ValidationError as problem:
        raise Refusal(*problem.messages) from problem
