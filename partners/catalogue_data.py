"""The catalogue of a country from the database, loaded once per revision of the data and shared.

Triggers note every transaction that writes to the tables read here (`DataRevision`), whoever writes. Each
request asks for the revision, one statement, and takes the columns of that revision: from this process, else
from the files another process of the host has written, else from the tables.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from numpy.typing import NDArray

from partners.catalogue_files import Shelf
from partners.discovery.catalogue import Catalogue
from partners.discovery.circles import with_circles
from partners.models import CooperationMember, Municipality, NeighbourLink

log = logging.getLogger(__name__)
#: Marks a revision that the own transaction has made and may still take back.
OPEN = "-open"
#: How often loading begins anew when the data changes meanwhile.
ATTEMPTS = 3
CHUNK = 5000
NOT_SHARED = "The catalogue of %s is not shared, each process holds its own: %s"
COLUMNS = {field.name: str(field.type) for field in dataclasses.fields(Catalogue) if field.name != "country"}
#: Files of another version of the portal, with other columns, are not read.
LAYOUT = hashlib.sha256(repr(COLUMNS).encode()).hexdigest()[:8]
# Each row as it was written: a savepoint taken back, a restored backup, transactions ending in another order
# than they began never give an earlier revision again. `xmin` tells savepoints apart, `at` restored servers.
REVISION = """
SELECT count(*), coalesce(sum(hashtextextended(
           concat_ws(' ', transaction, statements, extract(epoch FROM at), xmin), 0)), 0),
       coalesce(bool_or(transaction = pg_current_xact_id_if_assigned()::text::bigint), FALSE)
FROM partners_datarevision
"""

_kept: dict[tuple[str, str], tuple[str, Catalogue]] = {}
_turn = threading.Lock()


def revision() -> str:
    """The revision of the data as this transaction sees it; equal only while nothing has changed."""
    with connection.cursor() as cursor:
        cursor.execute(REVISION)
        count, total, own = cursor.fetchone()
    return f"{count}-{hashlib.sha256(str(total).encode()).hexdigest()[:24]}{OPEN if own else ''}"


def catalogue(country: str) -> Catalogue:
    """All municipalities of a country as this transaction sees them; one statement when nothing has changed.

    Writes the files that other processes share. Changes that are not committed stay with this process.
    """
    place = (str(connection.settings_dict["NAME"]), country)
    for _attempt in range(ATTEMPTS):
        now = revision()
        found = _kept_at(place, now)
        if found is None:
            # Without a lock: another thread may hold it and wait for what this transaction has locked.
            found = _loaded(country, now) if now.endswith(OPEN) else _shared(place, now)
        if found is not None:
            _kept[place] = (now, found)
            return found
    log.warning("The catalogue of %s changed under every attempt to load it; this one is not shared", country)
    return with_circles(Catalogue(country=country, **_columns(country)))


def _kept_at(place: tuple[str, str], wanted: str) -> Catalogue | None:
    at, found = _kept.get(place, ("", None))
    return found if at == wanted else None


def _loaded(country: str, wanted: str) -> Catalogue | None:
    """The catalogue from the tables; None when the data changed while they were read."""
    columns = _columns(country)
    return with_circles(Catalogue(country=country, **columns)) if revision() == wanted else None


def _shared(place: tuple[str, str], wanted: str) -> Catalogue | None:
    """The catalogue of the host's files, written first if need be; one thread and one process at a time."""
    country = place[1]
    shelf = Shelf(_folder(country))
    with _turn, ExitStack() as alone:
        if (found := _kept_at(place, wanted)) is not None:
            return found
        try:
            alone.enter_context(shelf.alone())
        except OSError as problem:
            log.warning(NOT_SHARED, country, problem)
            return _loaded(country, wanted)
        if columns := shelf.read(f"{wanted}-{LAYOUT}"):
            return Catalogue(country=country, **columns)
        loaded = _loaded(country, wanted)
        return None if loaded is None else _exchanged(shelf, wanted, loaded)


def _exchanged(shelf: Shelf, at: str, loaded: Catalogue) -> Catalogue:
    """The same catalogue over shared files, or as it is when they cannot be written."""
    try:
        shelf.write(f"{at}-{LAYOUT}", {name: getattr(loaded, name) for name in COLUMNS})
    except OSError as problem:
        log.warning(NOT_SHARED, loaded.country, problem)
        return loaded
    columns = shelf.read(f"{at}-{LAYOUT}")
    return Catalogue(country=loaded.country, **columns) if columns else loaded


def _folder(country: str) -> Path:
    """One folder for each database and country, whatever characters they are named with."""
    database = connection.settings_dict
    words = [str(database.get(name, "")) for name in ("HOST", "PORT", "NAME")]
    named = hashlib.sha256("\0".join([*words, country]).encode()).hexdigest()[:24]
    return Path(settings.CATALOGUE_FOLDER) / named


def _columns(country: str) -> dict[str, NDArray[Any]]:
    places = _places(country)
    return places | _borders(country, places["keys"]) | _cooperations(country, places["keys"])


def _places(country: str) -> dict[str, NDArray[Any]]:
    fields = ("pk", "code", "name", "population", "latitude", "longitude", "region", "county", "district")
    found = Municipality.objects.filter(country=country).order_by("pk")
    rows = list(found.values_list(*fields, "fiscal_capacity").iterator(CHUNK))
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(fields) + 1)
    keys, codes, names, population, latitude, longitude, region, county, district, fiscal = columns
    return {
        "keys": np.array(keys, dtype=np.int64),
        "codes": np.array(codes, dtype=np.str_),
        "names": np.array(names, dtype=np.str_),
        # None becomes nan.
        "population": np.array(population, dtype=np.float64),
        "latitude": np.array(latitude, dtype=np.float64),
        "longitude": np.array(longitude, dtype=np.float64),
        "region": _numbered(region),
        "county": _numbered(county),
        "district": _numbered(district),
        "fiscal": np.array(fiscal, dtype=np.float64),
    }


def _numbered(codes: tuple[str, ...]) -> NDArray[np.int32]:
    """Equal numbers for equal codes, -1 for none."""
    names, numbers = np.unique(np.array(codes, dtype=np.str_), return_inverse=True)
    return np.where(names == "", -1, np.arange(len(names)))[numbers].astype(np.int32)


def _borders(country: str, keys: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    found = NeighbourLink.objects.filter(a__country=country).order_by()
    links = _table(found.values_list("a_id", "b_id", "shared_km"), [("a", "i8"), ("b", "i8"), ("km", "f8")])
    # A neighbour beyond the border of the country has no row.
    links = links[np.isin(links["a"], keys) & np.isin(links["b"], keys)]
    one, other = np.searchsorted(keys, links["a"]), np.searchsorted(keys, links["b"])
    rows, to = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.lexsort((to, rows))
    return {
        "border_start": _starts(rows, len(keys)),
        "border_to": to[order].astype(np.int32),
        "border_km": np.concatenate([links["km"], links["km"]])[order],
    }


def _cooperations(country: str, keys: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Cooperations with a member in the country, in the order of their keys."""
    found = CooperationMember.objects.filter(municipality__country=country).order_by()
    fields = ("cooperation_id", "municipality_id", "cooperation__function_id", "cooperation__failed")
    rows = list(found.values_list(*fields).iterator(CHUNK))
    about = {body: (function or "", failed) for body, _member, function, failed in rows}
    bodies = sorted(about)
    members = np.array([row[1] for row in rows], dtype=np.int64)
    body = np.searchsorted(np.array(bodies, dtype=np.int64), [row[0] for row in rows])
    known = np.isin(members, keys)  # the tables are read one after the other
    body, member = body[known], np.searchsorted(keys, members[known])
    by_member, by_body = np.lexsort((body, member)), np.lexsort((member, body))
    return {
        "body_start": _starts(member, len(keys)),
        "body_of": body[by_member].astype(np.int32),
        "member_start": _starts(body, len(bodies)),
        "member_of": member[by_body].astype(np.int32),
        "body_function": np.array([about[key][0] for key in bodies], dtype=np.str_),
        "body_failed": np.array([about[key][1] for key in bodies], dtype=np.bool_),
    }


def _table(found: QuerySet[Any, Any], columns: list[tuple[str, str]]) -> NDArray[Any]:
    return np.fromiter(found.iterator(CHUNK), dtype=np.dtype(columns))


def _starts(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Where the list of each row begins when all lists lie one after the other."""
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))]).astype(np.int64)
