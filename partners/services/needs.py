"""Keep needs with what they cost today."""

from __future__ import annotations

from django.db import transaction

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from partners.models import Baseline, Need


@transaction.atomic
def keep_need(*, need: Need, baseline: Baseline | None, actor: Actor) -> Need:
    """Save a new or changed need and its baseline; without a baseline an earlier one is removed."""
    new = need._state.adding
    need.full_clean()
    need.save()
    if baseline is None:
        Baseline.objects.filter(need=need).delete()
    else:
        baseline.need = need
        baseline.full_clean()
        baseline.save()
    audit.record(
        actor,
        "recorded a need" if new else "changed a need",
        need,
        after={"severity": need.severity, "function": need.function_id},
    )
    return need
