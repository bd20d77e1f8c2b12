"""The floor of the house."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Users, trail, post room, personal links; no word of the domain."""

    name = "imc_portal.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"
