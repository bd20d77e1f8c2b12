"""Choose partners from the ranking: the figures that led to each decision are frozen with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from partners import gates
from partners.discovery import Ranked, frozen
from partners.discovery_data import functions_of, neighbours_of, rank_partners
from partners.models import Case, Function, Municipality, Participant, RankingSnapshot
from partners.services import participants
from partners.services.cases import advance, locked
from partners.weights import weights_of

Functions = Sequence[Function] | None


def ranking_for(case: Case, functions: Functions = None, also: Collection[int] = ()) -> list[Ranked]:
    """The ranking as it stands now; without functions for those of the case.

    Whoever is in the case is ranked however far away, and so are those named by key.
    """
    # Read through the relation: a page that has fetched the participants asks for them once.
    parties = {p.municipality_id for p in case.participants.all()} - {case.initiator_id}
    return rank_partners(
        case.initiator,
        functions=functions_of(case) if functions is None else functions,
        case=case,
        weights=weights_of(case),
        also=sorted({*parties, *also}),
    )


@transaction.atomic
def choose(
    *,
    case: Case,
    municipalities: Sequence[Municipality],
    actor: Actor,
    functions: Functions = None,
    override: str = "",
) -> None:
    """Put municipalities on the short list; freezes the ranking; the first choice moves the case."""
    if not municipalities:
        raise Refusal(_("Tick at least one municipality."))
    advance(
        case=case,
        to=Case.State.PARTNERS_RANKED,
        actor=actor,
        reasons_against=gates.areas_screened(case),
        override=override,
    )
    used = _frozen(case, actor, functions, [municipality.pk for municipality in municipalities])
    for municipality in municipalities:
        participants.select(case=case, municipality=municipality, actor=actor, ranking=used)


@transaction.atomic
def set_aside(
    *, case: Case, municipality: Municipality, reason: str, actor: Actor, functions: Functions = None
) -> int:
    """Set one candidate aside with a reason; freezes the ranking. Returns how many were."""
    locked(case)
    used = _frozen(case, actor, functions, [municipality.pk])
    return participants.set_aside(
        case=case, municipalities=[municipality], reason=reason, actor=actor, ranking=used
    )


@transaction.atomic
def set_rest_aside(*, case: Case, reason: str, actor: Actor, functions: Functions = None) -> int:
    """Set all candidates aside on which nothing is decided yet; freezes the ranking. Returns how many."""
    locked(case)
    decided = decided_about(case)
    used = _frozen(case, actor, functions)
    keys = [row["key"] for row in used.rows if row["key"] not in decided]
    rest = Municipality.objects.filter(pk__in=keys)
    return participants.set_aside(case=case, municipalities=rest, reason=reason, actor=actor, ranking=used)


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


def _frozen(case: Case, actor: Actor, functions: Functions, also: Collection[int] = ()) -> RankingSnapshot:
    """The ranking as it stands now, kept; the newest one again when nothing has changed since."""
    functions = functions_of(case) if functions is None else functions
    fresh = Case.objects.select_related("initiator").get(pk=case.pk)
    weights = weights_of(case)
    rows = frozen.freeze(ranking_for(fresh, functions, also))
    codes = sorted(function.pk for function in functions)
    digest = frozen.digest(codes, weights, rows)
    newest = case.rankings.order_by("-taken_at").first()
    if newest and newest.digest == digest:
        return newest
    return RankingSnapshot.objects.create(
        case=case, taken_by=actor.name[:200], functions=codes, weights=weights, rows=rows, digest=digest
    )
