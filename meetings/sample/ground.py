"""The ground of the demo: the communes of the Jura, their outlines, borders and cooperations."""

from __future__ import annotations

from importlib.resources import as_file, files

from imc_portal.core.audit import Actor
from partners.imports import SourceFile
from partners.services.boundaries import import_boundaries
from partners.services.imports import import_cooperations, import_municipalities, import_neighbours

SOURCES = {
    "municipalities.csv": "INSEE, Code officiel géographique 2026",
    "boundaries.geojson": "IGN Admin Express, as simplified in france-geojson",
    "neighbours.csv": "computed from the outlines of IGN Admin Express",
    "cooperations.csv": "BANATIC, EPCI 2026 and syndicates 2021",
}
LICENCE = "Licence Ouverte 2.0 (Etalab)"
SERVICES = {
    "municipalities.csv": import_municipalities,
    "boundaries.geojson": import_boundaries,
    "neighbours.csv": import_neighbours,
    "cooperations.csv": import_cooperations,
}


def lay() -> None:
    """Import the four files through the same services as everybody else."""
    with as_file(files("partners") / "data" / "jura") as folder:
        for name, service in SERVICES.items():
            with SourceFile.of_disk(folder / name) as source:
                service(
                    source=source, country="FR", origin=SOURCES[name], licence=LICENCE, actor=Actor.portal()
                )
