"""What the estimate is built on: members' own figures and the terms of each area, entered and corrected."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from partners.models import CandidateArea, Function, Participant
from partners.models.function import Confidence
from proposals.models import AreaTerms, MemberInput, Proposal, ProposalVersion

INPUT_FIELDS = ("annual_cost", "volume", "year", "origin", "source", "confidence")
TERMS_FIELDS = (
    "unit_cost",
    "unit_cost_source",
    *AreaTerms.WEIGHTS,
    "base_share",
    "grant_amount",
    "grant_years",
    "grant_source",
)


@transaction.atomic
def set_input(
    *,
    proposal: Proposal,
    participant: Participant,
    function: Function,
    year: int,
    source: str,
    actor: Actor,
    annual_cost: Decimal | None = None,
    volume: Decimal | None = None,
    origin: str = MemberInput.Origin.ESTIMATED,
    confidence: str = Confidence.MEDIUM,
    seen: str | None = None,
) -> MemberInput:
    """Keep what a function costs and yields one member today; the trail tells what stood there before.

    Refused while a version waits for approval, for who is not in the group, and for areas not agreed.
    Raises Stale when somebody changed it after `seen` was read.
    """
    _writable(proposal)
    _in_the_group(proposal, participant)
    _agreed(proposal, function)
    record = MemberInput.objects.filter(
        proposal=proposal, participant=participant, function=function
    ).first() or MemberInput(proposal=proposal, participant=participant, function=function)
    values: dict[str, Any] = {"annual_cost": annual_cost, "volume": volume, "year": year}
    values |= {"origin": origin, "source": source, "confidence": confidence}
    _still_as_seen(record, seen)
    _keep(record, values, INPUT_FIELDS, "entered the figures of a member", actor)
    return record


@transaction.atomic
def clear_input(*, entry: MemberInput, actor: Actor) -> None:
    """Take a member's figures out; the trail keeps them."""
    _writable(entry.proposal)
    found = MemberInput.objects.filter(pk=entry.pk).first()
    if found is None:
        return
    audit.record(
        actor,
        "took out the figures of a member",
        found,
        context=entry.proposal.case.context,
        before=_plain(found, INPUT_FIELDS),
    )
    found.delete()


@transaction.atomic
def set_terms(
    *, proposal: Proposal, function: Function, actor: Actor, seen: str | None = None, **values: Any
) -> AreaTerms:
    """Keep how the cost of one area is reckoned and could be shared, and the grant open to the group.

    Refused while a version waits for approval, and for areas not agreed. Raises Stale when somebody changed
    them after `seen` was read.
    """
    unknown = values.keys() - set(TERMS_FIELDS)
    if unknown:
        raise TypeError(f"not terms of an area: {', '.join(sorted(unknown))}")
    _writable(proposal)
    _agreed(proposal, function)
    record = AreaTerms.objects.filter(proposal=proposal, function=function).first() or AreaTerms(
        proposal=proposal, function=function
    )
    _still_as_seen(record, seen)
    _keep(record, values, TERMS_FIELDS, "set the terms of an area", actor)
    return record


def seen_mark(record: MemberInput | AreaTerms) -> str:
    """What a form carries to say which state was read; nothing for what was not there yet."""
    if record._state.adding:
        return ""
    fields = INPUT_FIELDS if isinstance(record, MemberInput) else TERMS_FIELDS
    words = json.dumps(_plain(record, fields), sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _still_as_seen(record: MemberInput | AreaTerms, seen: str | None) -> None:
    if seen is not None and seen != seen_mark(record):
        raise Stale(_("Somebody else changed these figures after you opened them. Nothing was overwritten."))


def _keep(
    record: MemberInput | AreaTerms, values: dict[str, Any], fields: tuple[str, ...], verb: str, actor: Actor
) -> None:
    """Validate, save and record; nothing at all when nothing differs."""
    before = {} if record._state.adding else _plain(record, fields)
    for name, value in values.items():
        setattr(record, name, value.strip() if isinstance(value, str) else value)
    record.full_clean()
    after = _plain(record, fields)
    if before == after:
        return
    record.save()
    audit.record(actor, verb, record, context=record.proposal.case.context, before=before, after=after)


def _plain(record: Model, fields: tuple[str, ...]) -> dict[str, Any]:
    """Values that JSON knows; amounts as text with their cents, however they were typed."""
    found = {name: getattr(record, name) for name in fields}
    return {name: f"{value:.2f}" if isinstance(value, Decimal) else value for name, value in found.items()}


def _writable(proposal: Proposal) -> None:
    """Hold on to the newest version; while it waits for the lead nothing changes under his eyes.

    An approved version has its own frozen figures, so what is entered then serves the next one.
    """
    version = proposal.versions.select_for_update().order_by("-number").first()
    if version and version.state == ProposalVersion.State.SUBMITTED:
        raise Refusal(
            _("This version waits for the lead's approval: its figures change only once it is back in draft.")
        )


def _in_the_group(proposal: Proposal, participant: Participant) -> None:
    in_the_group = participant.is_initiator or participant.state in Participant.ORDER[3:]
    if participant.case_id != proposal.case_id or not in_the_group:
        raise Refusal(_("%(name)s is not in the group that this proposal is for.") % {"name": participant})


def _agreed(proposal: Proposal, function: Function) -> None:
    agreed = proposal.case.areas.filter(state=CandidateArea.State.AGREED, function=function)
    if not agreed.exists():
        raise Refusal(_("%(name)s is not an area taken into the talks.") % {"name": function})
