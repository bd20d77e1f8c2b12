"""Keep funding calls: the rules, where they come from, and whether they are published."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from partners.models import Function, FundingCall


@transaction.atomic
def keep_call(*, call: FundingCall, functions: Iterable[Function], actor: Actor) -> FundingCall:
    """Save a new or changed call with the functions it pays for; only a published one is seen by others."""
    before = FundingCall.objects.select_for_update().filter(pk=call.pk).first()
    call.full_clean()
    call.save()
    call.functions.set(functions)
    audit.record(
        actor,
        _verb(before, call),
        call,
        before={"published": before.published, "deadline": str(before.deadline)} if before else {},
        after={"published": call.published, "deadline": str(call.deadline)},
    )
    return call


def _verb(before: FundingCall | None, call: FundingCall) -> str:
    if call.published and not (before and before.published):
        return "published a funding call"
    if before is None:
        return "recorded a funding call"
    return "withdrew a funding call" if before.published and not call.published else "changed a funding call"
