"""import_neighbours FILE: pairs of municipalities that share a border."""

from __future__ import annotations

from imc_portal.core.audit import Actor
from partners.imports import SourceFile
from partners.management.importing import ImportCommand
from partners.services.imports import ImportResult, import_neighbours


class Command(ImportCommand):
    """Columns a, b and optionally shared_km."""

    help = "Import neighbour pairs, all of the file or nothing."

    def import_file(
        self,
        source: SourceFile,
        *,
        country: str,
        origin: str,
        licence: str,
        actor: Actor,
        dry_run: bool,
    ) -> ImportResult:
        """Through the service."""
        return import_neighbours(
            source=source, country=country, origin=origin, licence=licence, actor=actor, dry_run=dry_run
        )
