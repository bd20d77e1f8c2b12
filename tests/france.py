"""The whole of France, where its data lies beside the checkout: for slow tests and benchmarks."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Collection
from pathlib import Path

from imc_portal.core.audit import Actor
from partners.imports import SourceFile
from partners.models import Municipality, Outline
from partners.services import imports

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "INSEE and BANATIC, Licence Ouverte 2.0"


def folder() -> Path:
    """Where the data should lie: FRANCE_DATA, or ../shared/data/france beside the checkout."""
    return Path(os.environ.get("FRANCE_DATA") or ROOT.parent / "shared" / "data" / "france")


def missing() -> str:
    """Why France cannot be loaded; empty when it can."""
    if (folder() / "communes.csv.gz").is_file():
        return ""
    return f"the data of France is not in {folder()} (FRANCE_DATA names another folder)"


def load() -> None:
    """Import communes, neighbours, EPCI and direct members of syndicates; some ten seconds."""
    for file, service in (
        ("communes.csv.gz", imports.import_municipalities),
        ("neighbours.csv.gz", imports.import_neighbours),
        ("epci_2026.csv.gz", imports.import_cooperations),
    ):
        with SourceFile.of_disk(folder() / file) as source:
            service(source=source, country="FR", origin=SOURCE, actor=Actor.portal())
    with io.BytesIO(_direct_members().encode()) as stream:
        source = SourceFile("syndicates.csv", stream)
        imports.import_cooperations(source=source, country="FR", origin=SOURCE, actor=Actor.portal())


def load_outlines(counties: Collection[str]) -> None:
    """Outlines of the communes of these departments, as published; neighbours are known already."""
    found = Municipality.objects.filter(country="FR", county__in=counties)
    keys = dict(found.values_list("code", "pk"))
    with gzip.open(folder() / "boundaries.geojson.gz", "rt", encoding="utf-8") as lines:
        features = (json.loads(line.rstrip(",\n")) for line in lines if line.startswith('{"type":"Feature",'))
        Outline.objects.bulk_create(
            Outline(municipality_id=keys[code], geometry=feature["geometry"])
            for feature in features
            if (code := feature["properties"]["code"]) in keys
        )


def _direct_members() -> str:
    """Direct members of the syndicates of 2021 that are communes still."""
    known = set(Municipality.objects.filter(country="FR").values_list("code", flat=True))
    with gzip.open(folder() / "syndicates_2021.csv.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["direct"] == "1" and row["member"] in known]
    return "group_id,member\n" + "".join(f"{row['group_id']},{row['member']}\n" for row in rows)
