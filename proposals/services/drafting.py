"""Write the draft: common part, annexes, statements. Nobody overwrites somebody else's words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal, Stale
from proposals.models import Annex, ProposalVersion, Statement
from proposals.services.versions import locked_draft

#: Autosave writes often; the trail says once in a while who wrote.
QUIET = dt.timedelta(minutes=10)
MOST_STATEMENTS = 30
COMMON_FIELDS = (*ProposalVersion.SECTIONS, "answer_by")
ANNEX_FIELDS = ("opening", "open_questions")


@transaction.atomic
def save_common(*, version: ProposalVersion, revision: int, actor: Actor, **words: Any) -> ProposalVersion:
    """Keep the common part; raises Stale when somebody saved after the given revision."""
    fresh = locked_draft(version)
    if fresh.revision != revision:
        raise _stale()
    _write(fresh, words, COMMON_FIELDS)
    _trail(actor, "wrote the common part", fresh, fresh)
    return fresh


@transaction.atomic
def save_annex(*, annex: Annex, revision: int, actor: Actor, **words: Any) -> Annex:
    """Keep the words to one recipient; raises Stale when somebody saved after the given revision."""
    version = locked_draft(annex.version)
    fresh = (
        Annex.objects.select_for_update(of=("self",))
        .select_related("participant__municipality")
        .get(pk=annex.pk)
    )
    if fresh.revision != revision:
        raise _stale()
    fresh.version = version
    _write(fresh, words, ANNEX_FIELDS)
    _trail(actor, "wrote an annex", fresh, version)
    return fresh


@transaction.atomic
def add_statement(
    *, annex: Annex, kind: str, text: str, indicator: str = "", confidence: str = "low", actor: Actor
) -> Statement:
    """Add a typed benefit, cost or risk for one recipient."""
    version = locked_draft(annex.version)
    if annex.statements.count() >= MOST_STATEMENTS:
        raise Refusal(
            _("%(count)d statements are enough for one reader: merge some.") % {"count": MOST_STATEMENTS}
        )
    statement = Statement(annex=annex, kind=kind, text=text, indicator=indicator, confidence=confidence)
    _within(statement, {"text": text})
    statement.full_clean()
    statement.save()
    audit.record(
        actor,
        "added a statement",
        annex,
        context=version.proposal.case.context,
        after={"kind": kind, "text": text},
    )
    return statement


@transaction.atomic
def remove_statement(*, statement: Statement, actor: Actor) -> None:
    """Take a statement out of the draft; the trail keeps its words."""
    version = locked_draft(statement.annex.version)
    audit.record(
        actor,
        "removed a statement",
        statement.annex,
        context=version.proposal.case.context,
        before={"kind": statement.kind, "text": statement.text},
    )
    statement.delete()


def _write(record: ProposalVersion | Annex, words: dict[str, Any], allowed: tuple[str, ...]) -> None:
    unknown = words.keys() - set(allowed)
    if unknown:
        raise TypeError(f"not part of the text: {', '.join(sorted(unknown))}")
    _within(record, words)
    for name, value in words.items():
        setattr(record, name, value)
    record.clean_fields(exclude=[f.name for f in record._meta.fields if f.name not in words])
    record.revision += 1
    record.save(update_fields=[*words, "revision"])


def _within(record: Model, words: dict[str, Any]) -> None:
    """Refuse texts beyond the limit of their field, which the model itself leaves to forms."""
    for name, value in words.items():
        limit = getattr(record._meta.get_field(name), "max_length", None)
        if limit and isinstance(value, str) and len(value) > limit:
            raise Refusal(_("This text is too long: at most %(limit)d characters.") % {"limit": limit})


def _trail(actor: Actor, verb: str, target: Model, version: ProposalVersion) -> None:
    recent = AuditEntry.objects.filter(
        actor_key=actor.key, verb=verb, target_key=audit.key_of(target), at__gt=timezone.now() - QUIET
    )
    if not recent.exists():
        audit.record(actor, verb, target, context=version.proposal.case.context)


def _stale() -> Stale:
    return Stale(
        _(
            "Somebody else saved this text after you opened it. Nothing was overwritten: "
            "copy your words, load the page again and put both together."
        )
    )
