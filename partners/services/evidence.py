"""Keep the evidence of the catalogue: every change with its reason, on a trail that everybody may read."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale, given
from partners.models import Evidence, Function

FIELDS = (
    "efficient_scale",
    "low",
    "central",
    "high",
    "measured_curve",
    "studied_from",
    "source",
    "confidence",
    "checked_on",
)


@transaction.atomic
def change_evidence(
    *, evidence: Evidence, functions: Iterable[Function], reason: str, seen: str = "", actor: Actor
) -> Evidence:
    """Save new or changed evidence and the functions that use it; figures already sent stay as they were.

    Raises Stale when somebody changed it after `seen` was read. A function has one evidence at all times:
    it is taken from its present one, never left without.
    """
    why = given(reason, missing=_("Say why it changes: a new study, a correction, a doubt."))
    held = Evidence.objects.select_for_update().filter(pk=evidence.pk).first()
    if held and seen and seen != seen_mark(held):
        raise Stale(_("Somebody else changed this evidence meanwhile. Nothing was overwritten."))
    before = plain(held) if held else {}
    wanted = set(functions)
    _none_is_left_without(held, wanted)
    evidence.full_clean()
    evidence.save()
    _take_over(evidence, wanted, why, actor)
    after = plain(evidence)
    changed = [name for name in after if before.get(name) != after[name]]
    if changed:
        audit.record(
            actor,
            "changed evidence" if held else "added evidence",
            evidence,
            before={name: before[name] for name in changed if name in before},
            after={name: after[name] for name in changed},
            reason=why,
        )
    return evidence


def plain(evidence: Evidence) -> dict[str, Any]:
    """What it says, in values that JSON knows."""
    found = {name: _plain(getattr(evidence, name)) for name in FIELDS}
    return found | {"functions": sorted(evidence.functions.order_by().values_list("pk", flat=True))}


def seen_mark(evidence: Evidence) -> str:
    """What a form carries to say which state of the evidence was read."""
    words = json.dumps(plain(evidence), sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.3f}"
    return value.isoformat() if isinstance(value, dt.date) else value


def _none_is_left_without(held: Evidence | None, wanted: set[Function]) -> None:
    left = set(held.functions.all()) - wanted if held else set()
    if left:
        names = ", ".join(sorted(str(function) for function in left))
        raise Refusal(
            _("A function always has evidence: tick it at another one instead. This concerns: %(names)s.")
            % {"names": names}
        )


def _take_over(evidence: Evidence, wanted: set[Function], why: str, actor: Actor) -> None:
    """Move functions here; each evidence that loses some has it on its own trail."""
    moved = Function.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in wanted])
    losing = Evidence.objects.filter(functions__in=moved.exclude(evidence=evidence)).distinct()
    before = {one: plain(one)["functions"] for one in losing}
    Function.objects.filter(pk__in=[one.pk for one in wanted]).update(evidence=evidence)
    for one, had in before.items():
        audit.record(
            actor,
            "changed evidence",
            one,
            before={"functions": had},
            after={"functions": plain(one)["functions"]},
            reason=why,
        )
