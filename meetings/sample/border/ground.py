"""The ground of the second case: both banks of the Restigouche, imported like everybody else's data."""

from __future__ import annotations

from importlib.resources import as_file, files

from imc_portal.core.audit import Actor
from partners.imports import SourceFile
from partners.models import Municipality
from partners.services.imports import import_municipalities, import_neighbours

COUNTRY = "CA"
LICENCE = "Statistics Canada Open Licence"
SOURCES = {
    "municipalities.csv": "Statistics Canada, Census of Population 2021, in the territory of 2023",
    "neighbours.csv": "Statistics Canada, Focus on Geography 2016, and Wikipedia",
}
SERVICES = {"municipalities.csv": import_municipalities, "neighbours.csv": import_neighbours}

CAMPBELLTON = "1314014"
HERON_BAY = "1322009"
ESCUMINAC = "2406025"
POINTE = "2406030"
RISTIGOUCHE = "2406035"


def lay() -> None:
    """Import the two files."""
    with as_file(files("partners") / "data" / "restigouche") as folder:
        for name, service in SERVICES.items():
            with SourceFile.of_disk(folder / name) as source:
                service(
                    source=source,
                    country=COUNTRY,
                    origin=SOURCES[name],
                    licence=LICENCE,
                    actor=Actor.portal(),
                )


def town(code: str) -> Municipality:
    """A municipality of the two banks by its code."""
    return Municipality.objects.get(country=COUNTRY, code=code)
