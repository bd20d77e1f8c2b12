"""The roof takes part in the start of every process that speaks Django."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class RoofConfig(AppConfig):
    """No models of its own."""

    name = "imc_portal"

    def ready(self) -> None:
        """Let what rings for a worker ring at the portal's own broker."""
        import_module("imc_portal.celery")
