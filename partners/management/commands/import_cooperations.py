"""import_cooperations FILE: cooperations that exist, one member a row."""

from __future__ import annotations

from imc_portal.core.audit import Actor
from partners.imports import SourceFile
from partners.imports.links import GIVES
from partners.management.importing import ImportCommand
from partners.services.imports import ImportResult, import_cooperations


class Command(ImportCommand):
    """Columns group_id and member; `partners.imports.links.GIVES` names the optional ones."""

    help = (
        "Import the register of cooperations, all of the file or nothing. Columns: group_id, member; "
        f"optional: {', '.join(GIVES)}."
    )

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
        return import_cooperations(
            source=source, country=country, origin=origin, licence=licence, actor=actor, dry_run=dry_run
        )
