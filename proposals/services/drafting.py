"""Write the draft: common part and annexes. Two people's words are joined; nobody's are overwritten."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, User
from imc_portal.core.problems import Refusal
from proposals.joining import Joined, join
from proposals.models import Annex, ProposalVersion
from proposals.services import revisions
from proposals.services.versions import locked_draft, person

#: Autosave writes often; the trail says once in a while who wrote.
QUIET = dt.timedelta(minutes=10)
COMMON_FIELDS = (*ProposalVersion.SECTIONS, "answer_by", "cost_key", "annexes_shared", "what_changed")
ANNEX_FIELDS = ("opening", "open_questions")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a saving came to: the text as it stands, and what somebody else had written meanwhile.

    `brought` are fields that hold words of the other now; `stale` are fields both had changed: they stay as
    the other left them. `sent` is the revision under which the writer's own words are known, for a page whose
    writer has typed on.
    """

    revision: int
    sent: int
    brought: dict[str, Any] = field(default_factory=dict)
    stale: dict[str, Any] = field(default_factory=dict)
    others: tuple[User, ...] = ()


@transaction.atomic
def save_common(*, version: ProposalVersion, revision: int, actor: Actor, **words: Any) -> Kept:
    """Keep the common part, joined with what was saved after the given revision."""
    fresh = locked_draft(version)
    kept = _keep(fresh, revision, words, COMMON_FIELDS, actor)
    _trail(actor, "wrote the common part", fresh, fresh)
    return kept


@transaction.atomic
def save_annex(*, annex: Annex, revision: int, actor: Actor, **words: Any) -> Kept:
    """Keep the words to one recipient, joined with what was saved after the given revision."""
    version = locked_draft(annex.version)
    fresh = (
        Annex.objects.select_for_update(of=("self",))
        .select_related("participant__municipality")
        .get(pk=annex.pk)
    )
    fresh.version = version
    kept = _keep(fresh, revision, words, ANNEX_FIELDS, actor)
    _trail(actor, "wrote an annex", fresh, version)
    return kept


def _keep(
    text: revisions.Text, revision: int, words: dict[str, Any], fields: tuple[str, ...], actor: Actor
) -> Kept:
    mine = _checked(text, words, fields)
    stored = revisions.words_of(text, fields)
    if revision == text.revision:
        return Kept(*_write(text, stored, mine, actor))
    base = revisions.recall(text, revision)
    joined = join(base, mine, stored)
    # What the writer did not send, because it waits for a choice, may have changed once more.
    unsent = {name: stored[name] for name in fields if name not in mine and stored[name] != base.get(name)}
    joined.brought.update(unsent)
    others = tuple(revisions.writers_since(text, revision, besides=person(actor)))
    if base and all(value == base.get(name) for name, value in mine.items()):
        return Kept(text.revision, revision, joined.brought, joined.stale, others)
    number, sent = _write(text, stored, joined.words, actor, sent=_sent(mine, joined))
    return Kept(number, sent, joined.brought, joined.stale, others)


def _sent(mine: dict[str, Any], joined: Joined) -> dict[str, Any] | None:
    """The writer's own words, to join upon when more of them come; None when nothing was joined to them."""
    return mine | joined.stale if joined.brought or joined.stale else None


def _write(
    text: revisions.Text,
    stored: dict[str, Any],
    words: dict[str, Any],
    actor: Actor,
    *,
    sent: dict[str, Any] | None = None,
) -> tuple[int, int]:
    """Write what differs and remember it; the numbers of the saving and of the writer's own words."""
    if stored == stored | words and sent is None:
        return text.revision, text.revision
    author = person(actor)
    if not revisions.recall(text, text.revision):
        revisions.remember(text, text.revision, stored, author)
    numbers = range(text.revision + 1, text.revision + (2 if sent is None else 3))
    if sent is not None:
        revisions.remember(text, numbers[0], stored | sent, author)
    revisions.remember(text, numbers[-1], stored | words, author)
    for name, value in words.items():
        field = text._meta.get_field(name)
        setattr(text, name, field.to_python(value))  # type: ignore[union-attr]  # no relation
    text.revision = numbers[-1]
    text.save(update_fields=[*words, "revision"])
    return numbers[-1], numbers[0]


def _checked(text: revisions.Text, words: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, Any]:
    unknown = words.keys() - set(allowed)
    if unknown:
        raise TypeError(f"not part of the text: {', '.join(sorted(unknown))}")
    mine = {name: revisions.plain(value) for name, value in words.items()}
    within(text, mine)
    blank = type(text)()
    for name, value in mine.items():
        setattr(blank, name, value)
    blank.clean_fields(exclude=[f.name for f in text._meta.fields if f.name not in words])
    return mine


def within(record: Model, words: dict[str, Any]) -> None:
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
