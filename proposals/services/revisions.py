"""The words of each saving: what two writers' texts are joined upon. They go when the version is approved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from imc_portal.core.models import User
from proposals.models import Annex, DraftRevision, ProposalVersion

#: Savings kept of one text: an afternoon of two people's typing.
NEWEST = 200

Text = ProposalVersion | Annex


def words_of(text: Text, fields: Sequence[str]) -> dict[str, Any]:
    """Its words as plain values."""
    return {name: plain(getattr(text, name)) for name in fields}


def plain(value: Any) -> Any:
    """As JSON keeps it; line ends as the portal writes them, whatever a browser sends."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    return value.isoformat() if isinstance(value, dt.date) else value


def remember(text: Text, number: int, words: dict[str, Any], author: User) -> None:
    """Keep the words of a saving and let the oldest go."""
    kept = DraftRevision.objects.filter(**_of(text))
    kept.update_or_create(
        number=number,
        defaults={"words": words, "saved_by": author},
        create_defaults={
            **_of(text),
            "words": words,
            "saved_by": author,
        },
    )
    kept.filter(number__lte=number - NEWEST).delete()


def recall(text: Text, number: int) -> dict[str, Any]:
    """The words of a saving; nothing when it is not kept any more."""
    found = DraftRevision.objects.filter(number=number, **_of(text)).first()
    return dict(found.words) if found else {}


def writers_since(text: Text, number: int, *, besides: User) -> list[User]:
    """Who else saved this text after a saving, the last one first."""
    rows = DraftRevision.objects.filter(number__gt=number, **_of(text)).exclude(saved_by=besides)
    return list({row.saved_by_id: row.saved_by for row in rows.select_related("saved_by")}.values())


def newest(text: Text) -> DraftRevision | None:
    """The last saving on record."""
    return DraftRevision.objects.filter(**_of(text)).select_related("saved_by").first()


def forget(version: ProposalVersion) -> None:
    """Let all of them go: what is frozen needs no joining."""
    DraftRevision.objects.filter(version=version).delete()


def _of(text: Text) -> dict[str, Any]:
    if isinstance(text, Annex):
        return {"version_id": text.version_id, "annex": text}
    return {"version": text, "annex": None}
