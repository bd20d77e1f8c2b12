"""The rules of a case: set by its lead or focal point, on record with what they were before."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.models import CaseRules
from partners.models import Case
from partners.services import cases

FIELDS = (
    *("quorum", "notice_days", "answer_days", "objection_days"),
    *("approval_days", "reminders", "look_first", "ask_first"),
    *("gate_initiator", "gate_others", "gate_conditional", "gate_areas"),
)


@transaction.atomic
def set_rules(*, case: Case, values: Mapping[str, int | bool], actor: Actor) -> CaseRules:
    """Set the rules of a case that is not over; what is due already keeps its date."""
    fresh = cases.locked(case)
    if fresh.state in (Case.State.CLOSED, Case.State.HANDED_OVER):
        raise Refusal(_("The case is closed or handed over: its rules stay as they are."))
    rules = CaseRules.of(fresh)
    before = {name: getattr(rules, name) for name in FIELDS}
    for name in FIELDS:
        setattr(rules, name, values.get(name, before[name]))
    try:
        rules.full_clean(exclude=["case"])
    except ValidationError as problem:
        raise Refusal(*problem.messages) from problem
    after = {name: getattr(rules, name) for name in FIELDS}
    changed = [name for name in FIELDS if before[name] != after[name]]
    rules.save()
    if changed:
        audit.record(
            actor,
            "set the rules of the case",
            fresh,
            context=fresh.context,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return rules
