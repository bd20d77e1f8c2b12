"""The room of proposals."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from proposals.checks import fonts_are_installed


class ProposalsConfig(AppConfig):
    """Drafting, figures, papers and the press."""

    name = "proposals"

    def ready(self) -> None:
        """Let Django ask for the fonts whenever something starts."""
        register(fonts_are_installed)
