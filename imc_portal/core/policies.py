"""How the policy tables of the apps are asked: visible but not allowed is a 403."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied

from imc_portal.core.models import User

Policy = Callable[[User, Any], bool]


class PolicyTable:
    """Named predicates (user, object) → bool; the one place that says who may do what."""

    def __init__(self, table: Mapping[str, Policy]) -> None:
        self.table = dict(table)

    def allows(self, user: User, act: str, target: Any) -> bool:
        """Whether the person may do the act on the target."""
        return user.is_active and self.table[act](user, target)

    def require(self, user: User, act: str, target: Any) -> None:
        """Raise PermissionDenied (403) unless the act is allowed."""
        if not self.allows(user, act, target):
            raise PermissionDenied(act)
