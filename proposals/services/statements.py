"""Typed benefits, costs and risks of one recipient: add, change, put in order, take out, confirm."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from proposals.documents.facts import gather
from proposals.models import Annex, ProposalVersion, Statement
from proposals.services import prefill
from proposals.services.drafting import within
from proposals.services.versions import locked_draft

MOST_STATEMENTS = 30
FIELDS = ("kind", "text", "indicator", "confidence")
OWN = Statement.Origin.OWN


@transaction.atomic
def add_statement(
    *,
    annex: Annex,
    kind: str,
    text: str,
    indicator: str = "",
    confidence: str = "low",
    origin: str = OWN,
    actor: Actor,
) -> Statement:
    """Add a typed benefit, cost or risk for one recipient, behind those it has."""
    version = locked_draft(annex.version)
    if annex.statements.count() >= MOST_STATEMENTS:
        raise Refusal(
            _("%(count)d statements are enough for one reader: merge some.") % {"count": MOST_STATEMENTS}
        )
    last = annex.statements.aggregate(last=Max("position"))["last"]
    statement = Statement(annex=annex, origin=origin, position=0 if last is None else last + 1)
    _say(statement, {"kind": kind, "text": text, "indicator": indicator, "confidence": confidence})
    _record(actor, "added a statement", annex, version, after=_words(statement))
    return statement


@transaction.atomic
def use_suggestion(*, annex: Annex, index: int, digest: str, actor: Actor) -> Statement:
    """Write a suggestion into the annex; refused when it is not the one that was read any more."""
    version = locked_draft(annex.version)
    case = version.proposal.case
    found = prefill.suggestions(annex.participant, prefill.ground_of(case, gather(case)))
    if not 0 <= index < len(found) or found[index].digest != digest:
        raise Refusal(_("This suggestion has changed meanwhile: read it again before you use it."))
    one = found[index]
    return add_statement(
        annex=annex,
        kind=one.kind,
        text=one.text,
        indicator=one.indicator,
        confidence=one.confidence,
        origin=one.origin,
        actor=actor,
    )


@transaction.atomic
def renew_suggestions(*, annex: Annex, actor: Actor) -> int:
    """Put today's suggestions in the place of those that nobody has confirmed; how many there are.

    What the house has said itself stays, and no type it speaks of already is suggested once more.
    """
    version = locked_draft(annex.version)
    case = version.proposal.case
    gone = [str(one) for one in annex.statements.exclude(origin=OWN)]
    annex.statements.exclude(origin=OWN).delete()
    spoken = {one.kind for one in annex.statements.all()}
    found = prefill.suggestions(annex.participant, prefill.ground_of(case, gather(case, version)))
    made = prefill.written_in(annex, [one for one in found if one.kind not in spoken])
    last = annex.statements.aggregate(last=Max("position"))["last"] or 0
    for place, one in enumerate(made, start=last + 1):
        one.position = place
    Statement.objects.bulk_create(made)
    said = {"statements": [str(one) for one in made]}
    _record(actor, "suggested statements anew", annex, version, before={"statements": gone}, after=said)
    return len(made)


@transaction.atomic
def change_statement(*, statement: Statement, seen: str, actor: Actor, **words: Any) -> Statement:
    """Change a statement in place; raises Stale when it no longer says what the writer saw (`seen`).

    Who changes a suggestion makes it the house's own words.
    """
    fresh, version = _locked(statement)
    if fresh.digest != seen:
        raise Stale(
            _("Somebody else changed this statement after you opened it. Nothing was overwritten: read both.")
        )
    before = _words(fresh)
    fresh.origin = OWN
    _say(fresh, words)
    if before != _words(fresh):
        _record(actor, "changed a statement", fresh.annex, version, before=before, after=_words(fresh))
    return fresh


@transaction.atomic
def confirm_statements(*, annex: Annex, actor: Actor, statement: Statement | None = None) -> int:
    """Make suggested statements (one, or all of the annex) the house's own; how many there were."""
    version = locked_draft(annex.version)
    waiting = annex.statements.exclude(origin=OWN)
    if statement is not None:
        waiting = waiting.filter(pk=statement.pk)
    said = [str(one) for one in waiting]
    if said:
        waiting.update(origin=OWN)
        _record(actor, "confirmed suggested statements", annex, version, after={"statements": said})
    return len(said)


@transaction.atomic
def move_statement(*, statement: Statement, earlier: bool, actor: Actor) -> None:
    """Put a statement before or behind its neighbour of the same side; at the end of the row it stays."""
    fresh, version = _locked(statement)
    ordered = list(fresh.annex.statements.all())
    side = [one for one in ordered if one.is_benefit == fresh.is_benefit]
    at = side.index(fresh)
    to = at - 1 if earlier else at + 1
    if not 0 <= to < len(side):
        return
    a, b = ordered.index(side[at]), ordered.index(side[to])
    ordered[a], ordered[b] = ordered[b], ordered[a]
    for place, one in enumerate(ordered):
        one.position = place
    Statement.objects.bulk_update(ordered, ["position"])
    _record(actor, "put statements in another order", fresh.annex, version)


@transaction.atomic
def remove_statement(*, statement: Statement, actor: Actor) -> None:
    """Take a statement out of the draft; the trail keeps its words."""
    fresh, version = _locked(statement)
    _record(actor, "removed a statement", fresh.annex, version, before=_words(fresh))
    fresh.delete()


def _locked(statement: Statement) -> tuple[Statement, ProposalVersion]:
    version = locked_draft(statement.annex.version)
    fresh = (
        Statement.objects.select_related("annex__participant__municipality").filter(pk=statement.pk).first()
    )
    if fresh is None:
        raise Refusal(_("Somebody has taken this statement out meanwhile."))
    return fresh, version


def _say(statement: Statement, words: dict[str, Any]) -> None:
    unknown = words.keys() - set(FIELDS)
    if unknown:
        raise TypeError(f"not part of a statement: {', '.join(sorted(unknown))}")
    within(statement, words)
    for name, value in words.items():
        setattr(statement, name, value)
    statement.full_clean()
    statement.save()


def _words(statement: Statement) -> dict[str, str]:
    return {name: getattr(statement, name) for name in FIELDS}


def _record(actor: Actor, verb: str, annex: Annex, version: ProposalVersion, **more: Any) -> None:
    audit.record(actor, verb, annex, context=version.proposal.case.context, **more)
