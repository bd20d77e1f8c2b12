"""Refusals that a person can act on; views turn them into messages, commands into exit status 1."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _


class Refusal(Exception):
    """An act is refused; `reasons` are whole sentences for the person who tried."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons: Sequence[str] = [str(reason) for reason in reasons]


class GateClosed(Refusal):
    """A step of the method is not ready; a lead may override with a recorded reason."""


class Stale(Refusal):
    """Somebody else saved in between; nothing was overwritten."""


def given(reason: str, *, missing: str, limit: int = 500) -> str:
    """The reason that an act asks for; refuses none, and one that is longer than the record holds."""
    reason = reason.strip()
    if not reason:
        raise Refusal(missing)
    if len(reason) > limit:
        long = _("At most %(limit)d characters, please: the reason has %(count)d.")
        raise Refusal(long % {"limit": limit, "count": len(reason)})
    return reason
