"""Set the weights of a case's ranking; none of the earlier ones is lost."""

from __future__ import annotations

import math
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, given
from partners.discovery import WEIGHTS
from partners.models import Case, RankingWeights
from partners.services.cases import locked
from partners.weights import MOST, complete, weights_of

WHY = 300


@transaction.atomic
def set_weights(*, case: Case, weights: Mapping[str, float], reason: str, actor: Actor) -> RankingWeights:
    """Rank the case with these weights from now on; decisions taken before keep their own ranking."""
    if unknown := set(weights) - set(WEIGHTS):
        raise Refusal(_("There is no factor “%(name)s”.") % {"name": sorted(unknown)[0]})
    if any(not math.isfinite(weight) or not 0 <= weight <= MOST for weight in weights.values()):
        raise Refusal(_("A weight is a number from 0 to %(most)d.") % {"most": MOST})
    wanted = complete(weights)
    if not any(wanted.values()):
        raise Refusal(_("Give at least one factor a weight: with none there is no ranking."))
    return _keep(case, wanted, reason, actor, "set the weights of the ranking")


@transaction.atomic
def reset_weights(*, case: Case, reason: str, actor: Actor) -> RankingWeights:
    """Go back to the defaults, whatever they become."""
    return _keep(case, {}, reason, actor, "went back to the default weights")


def _keep(case: Case, wanted: dict[str, float], reason: str, actor: Actor, verb: str) -> RankingWeights:
    locked(case)
    reason = given(reason, missing=_("Say why: it stays with the weights."), limit=WHY)
    before, after = weights_of(case), complete(wanted)
    if before == after:
        raise Refusal(_("These weights are in use already."))
    setting = RankingWeights.objects.create(
        case=case, weights=wanted, reason=reason, set_by=actor.signed_in()
    )
    audit.record(
        actor,
        verb,
        case,
        context=case.context,
        before={name: before[name] for name in before if before[name] != after[name]},
        after={name: after[name] for name in after if before[name] != after[name]},
        reason=reason,
    )
    return setting
