"""import_municipalities FILE: municipalities from a table, or their outlines from GeoJSON."""

from __future__ import annotations

from imc_portal.core.audit import Actor
from partners.imports import SourceFile
from partners.imports.source import KINDS
from partners.management.importing import ImportCommand
from partners.services.boundaries import import_boundaries
from partners.services.imports import ImportResult, import_municipalities


class Command(ImportCommand):
    """A CSV file creates and updates municipalities; a GeoJSON file sets outlines and derives neighbours."""

    help = "Import municipalities (.csv) or their outlines (.geojson), all of the file or nothing."
    suffixes = KINDS
    country_needed = False

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
        """By the kind of file."""
        service = import_boundaries if source.is_geojson else import_municipalities
        return service(
            source=source, country=country, origin=origin, licence=licence, actor=actor, dry_run=dry_run
        )
