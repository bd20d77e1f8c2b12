"""Write the trail: the only door to AuditEntry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from imc_portal.core.models import AuditEntry, PersonalLink, User
from imc_portal.core.problems import Refusal


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, the holder of a personal link, or the portal itself."""

    key: str
    name: str
    user: User | None = None

    @classmethod
    def person(cls, user: User) -> Actor:
        """A signed-in person."""
        return cls(key=f"user:{user.pk}", name=str(user), user=user)

    def signed_in(self) -> User:
        """The person behind the act; refuses what only a signed-in person may do."""
        if self.user is None:
            raise Refusal(_("Sign in first."))
        return self.user

    @classmethod
    def holder(cls, link: PersonalLink) -> Actor:
        """Somebody who came by a personal link."""
        return cls(key=f"link:{link.pk}", name=link.holder)

    @classmethod
    def portal(cls) -> Actor:
        """The portal's own clockwork."""
        return cls(key="portal", name="IMC portal")


def key_of(target: Model) -> str:
    """A text key that names a record for ever: `app.model:<pk>`."""
    return f"{target._meta.label_lower}:{target.pk}"


def record(
    actor: Actor,
    verb: str,
    target: Model,
    *,
    context: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Append one entry in the transaction of the act itself."""
    entry = _entry(actor, verb, target, context, before, after, reason)
    entry.save(force_insert=True)
    return entry


def record_all(
    actor: Actor,
    verb: str,
    changes: Iterable[tuple[Model, Mapping[str, Any], Mapping[str, Any]]],
    *,
    context: str = "",
) -> None:
    """Append an entry for each of many records: what it was before and what it is after the same act."""
    AuditEntry.objects.bulk_create(
        _entry(actor, verb, target, context, before, after, "") for target, before, after in changes
    )


def _entry(
    actor: Actor,
    verb: str,
    target: Model,
    context: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    reason: str,
) -> AuditEntry:
    return AuditEntry(
        actor_key=actor.key,
        actor_name=actor.name[:200],
        verb=verb,
        context=context,
        target_key=key_of(target),
        target_text=str(target)[:300],
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
    )
