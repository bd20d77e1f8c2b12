"""Choose partners from the ranking: the figures that led to the choice are frozen with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from partners import gates
from partners.discovery import WEIGHTS, Ranked
from partners.discovery_data import functions_of, neighbours_of, rank_partners
from partners.models import Case, Municipality, Participant, RankingSnapshot
from partners.services import participants
from partners.services.cases import advance, locked


def ranking_for(case: Case) -> list[Ranked]:
    """The ranking as it stands now."""
    return rank_partners(case.initiator, functions=functions_of(case), case=case)


@transaction.atomic
def choose(*, case: Case, municipalities: Sequence[Municipality], actor: Actor, override: str = "") -> None:
    """Put municipalities on the short list; the first choice freezes the ranking and moves the case."""
    if not municipalities:
        raise Refusal(_("Tick at least one municipality."))
    advance(
        case=case,
        to=Case.State.PARTNERS_RANKED,
        actor=actor,
        reasons_against=gates.areas_screened(case),
        override=override,
    )
    if not case.rankings.exists():
        _freeze(case, actor)
    for municipality in municipalities:
        participants.select(case=case, municipality=municipality, actor=actor)


@transaction.atomic
def set_rest_aside(*, case: Case, reason: str, actor: Actor) -> int:
    """Set all candidates aside on which nothing is decided yet, with one reason. Returns how many."""
    locked(case)
    decided = decided_about(case)
    keys = [row.key for row in ranking_for(case) if row.key not in decided]
    rest = Municipality.objects.filter(pk__in=keys)
    return participants.set_aside(case=case, municipalities=rest, reason=reason, actor=actor)


@transaction.atomic
def begin_contacting(*, case: Case, actor: Actor, override: str = "") -> None:
    """Close the short list: every neighbour is selected or set aside, or a lead says why not."""
    undecided = set(neighbours_of(case.initiator)) - decided_about(case)
    advance(
        case=case,
        to=Case.State.CONTACTING,
        actor=actor,
        reasons_against=gates.contacting(case, len(undecided)),
        override=override,
    )


def decided_about(case: Case) -> set[int]:
    """Primary keys of the municipalities that were selected or set aside."""
    return set(
        case.participants.exclude(state=Participant.State.LONGLISTED).values_list(
            "municipality_id", flat=True
        )
    )


def _freeze(case: Case, actor: Actor) -> None:
    rows = [asdict(row) for row in ranking_for(case)]
    RankingSnapshot.objects.create(case=case, taken_by=actor.name[:200], weights=dict(WEIGHTS), rows=rows)
