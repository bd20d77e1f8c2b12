"""Import reference data: all of a file or nothing, idempotent by code, with the origin of every fact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import F, JSONField, Model, Value
from django.db.models.expressions import CombinedExpression
from django.utils import timezone

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from partners import places
from partners.imports import SourceFile, links, municipalities
from partners.imports.links import Group
from partners.models import (
    CooperationMember,
    ExistingCooperation,
    Function,
    ImportRun,
    Municipality,
    NeighbourLink,
)

T = TypeVar("T")
BATCH = 2000
#: Two imports at once would each miss what the other adds: they queue behind this number.
#: Rows from which on an import changes what the planner should believe.
MANY = 1000
IMPORT_LOCK = 0x1AC0_0001
#: The country of files imported without one, while the database holds none: "unknown" in ISO 3166.
NO_COUNTRY = "ZZ"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or with dry_run would have done."""

    kind: str
    file: str
    country: str
    created: int
    updated: int
    unchanged: int
    links: int
    ignored_columns: Sequence[str]
    dry_run: bool
    run: str
    at: dt.datetime

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"at": self.at.isoformat(), "ignored_columns": list(self.ignored_columns)}


@dataclass
class Tally:
    """Counts of one import while it runs."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    links: int = 0


def import_municipalities(
    *,
    source: SourceFile,
    country: str,
    origin: str,
    actor: Actor,
    licence: str = "",
    dry_run: bool = False,
) -> ImportResult:
    """Create or update municipalities from a CSV file; what the file does not name stays as it is."""

    def work(run: ImportRun, tally: Tally) -> Sequence[str]:
        table = municipalities.table_of(source)
        rows = municipalities.read(table)
        _write_municipalities(run, country, municipalities.fields_of(table), rows, tally)
        return table.ignored

    return carry_out("municipalities", source, country, origin, licence, actor, dry_run, work)


def import_neighbours(
    *,
    source: SourceFile,
    country: str,
    origin: str,
    actor: Actor,
    licence: str = "",
    dry_run: bool = False,
) -> ImportResult:
    """Create or update neighbour links from pairs of codes."""

    def work(run: ImportRun, tally: Tally) -> Sequence[str]:
        keys = keys_by_code(country)
        table = links.neighbour_table(source)
        pairs = links.read_neighbours(table, keys)
        ordered = {_in_order(keys[a], keys[b]): km for (a, b), km in pairs.items()}
        write_links(ordered, tally)
        return table.ignored

    return carry_out("neighbours", source, country, origin, licence, actor, dry_run, work)


def import_cooperations(
    *,
    source: SourceFile,
    country: str,
    origin: str,
    actor: Actor,
    licence: str = "",
    dry_run: bool = False,
) -> ImportResult:
    """Create or update cooperations; the members of a named cooperation become exactly those of the file.

    Facts for which the file has no column stay as they are.
    """

    def work(run: ImportRun, tally: Tally) -> Sequence[str]:
        keys = keys_by_code(country)
        table = links.cooperation_table(source)
        functions = set(Function.objects.values_list("code", flat=True))
        groups = links.read_cooperations(table, keys, functions)
        _write_cooperations(run, country, links.given_by(table), groups, keys, tally)
        return table.ignored

    return carry_out("cooperations", source, country, origin, licence, actor, dry_run, work)


def country_of(given: str) -> str:
    """The country meant: the one given, else the only one in the database, else unknown."""
    if given:
        return given.upper()
    known = list(Municipality.objects.order_by("country").values_list("country", flat=True).distinct()[:2])
    return known[0] if len(known) == 1 else NO_COUNTRY


def carry_out(
    kind: str,
    source: SourceFile,
    country: str,
    origin: str,
    licence: str,
    actor: Actor,
    dry_run: bool,
    work: Callable[[ImportRun, Tally], Sequence[str]],
) -> ImportResult:
    """Run one import in one transaction with its ImportRun and audit entry; a dry run is rolled back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        run = ImportRun.objects.create(
            kind=kind,
            file_name=source.name[:200],
            sha256=source.sha256(),
            source=origin[:300],
            licence=licence[:200],
        )
        tally = Tally()
        ignored = work(run, tally)
        run.created, run.updated = tally.created, tally.updated
        run.save(update_fields=["created", "updated"])
        audit.record(actor, f"imported {kind}", run, after={"country": country} | asdict(tally))
        transaction.on_commit(places.forget, robust=True)
        if tally.created + tally.updated + tally.links > MANY:
            _count_anew()
        if dry_run:
            transaction.set_rollback(True)
    return ImportResult(
        kind=kind,
        file=source.name,
        country=country,
        ignored_columns=ignored,
        dry_run=dry_run,
        run="" if dry_run else str(run.pk),
        at=timezone.now(),
        **asdict(tally),
    )


def _count_anew() -> None:
    """Let the planner know at once how large the tables have become: autovacuum looks a minute later.

    Until then it takes them for as small as they were, and a country for a handful of rows.
    """
    with connection.cursor() as cursor:
        for model in (Municipality, NeighbourLink, ExistingCooperation, CooperationMember):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def keys_by_code(country: str) -> dict[str, int]:
    """Primary keys of the country's municipalities by their code."""
    return dict(Municipality.objects.filter(country=country).order_by().values_list("code", "pk"))


def batches(items: Sequence[T], size: int = BATCH) -> Iterator[list[T]]:
    """The items in lists of at most that size."""
    found = iter(items)
    while batch := list(islice(found, size)):
        yield batch


def name_origin(run: ImportRun, country: str, codes: Sequence[str], fields: Sequence[str]) -> None:
    """Write down for these municipalities that these fields come from this run."""
    facts = Value(dict.fromkeys(fields, str(run.pk)), JSONField())
    for batch in batches(codes, 5 * BATCH):
        Municipality.objects.filter(country=country, code__in=batch).update(
            provenance=CombinedExpression(F("provenance"), "||", facts, output_field=JSONField())
        )


def write_links(pairs: dict[tuple[int, int], float | None], tally: Tally) -> None:
    """Create or update neighbour links; a length once known is not lost to an empty one."""
    before = {
        (a, b): km for a, b, km in NeighbourLink.objects.values_list("a_id", "b_id", "shared_km").iterator()
    }
    changed = []
    for (a, b), km in pairs.items():
        if (a, b) not in before:
            tally.created += 1
        elif km is not None and km != before[a, b]:
            tally.updated += 1
        else:
            tally.unchanged += 1
            continue
        changed.append(NeighbourLink(a_id=a, b_id=b, shared_km=km))
    _upsert(changed, ["a", "b"], ["shared_km"])
    tally.links += len(pairs)


def _write_municipalities(
    run: ImportRun, country: str, fields: list[str], rows: dict[str, tuple[Any, ...]], tally: Tally
) -> None:
    before = {
        code: values
        for code, *values in Municipality.objects.filter(country=country)
        .order_by()
        .values_list("code", *fields)
        .iterator()
    }
    changed = []
    for code, values in rows.items():
        old = before.get(code)
        if old == list(values):
            tally.unchanged += 1
            continue
        tally.created += old is None
        tally.updated += old is not None
        changed.append(code)
    for batch in batches(changed):
        records = [
            Municipality(country=country, code=code, **dict(zip(fields, rows[code], strict=True)))
            for code in batch
        ]
        _upsert(records, ["country", "code"], fields)
    name_origin(run, country, changed, fields)


def _write_cooperations(
    run: ImportRun,
    country: str,
    fields: list[str],
    groups: dict[str, Group],
    keys: dict[str, int],
    tally: Tally,
) -> None:
    before = _cooperations_now(country, fields, groups)
    changed = [group for code, group in groups.items() if before.get(code) != _as_kept(group, fields, keys)]
    tally.created = sum(group.code not in before for group in changed)
    tally.updated = len(changed) - tally.created
    tally.unchanged = len(groups) - len(changed)
    tally.links = sum(len(group.members) for group in groups.values())
    records = [
        ExistingCooperation(
            country=country,
            code=group.code,
            run=run,
            **{_column(field): _value(group, field) for field in fields},
        )
        for group in changed
    ]
    _upsert(records, ["country", "code"], [*fields, "run"])
    _write_members(country, changed, keys)


def _column(field: str) -> str:
    return "function_id" if field == "function" else field


def _value(group: Group, field: str) -> Any:
    return (group.function or None) if field == "function" else getattr(group, field)


def _as_kept(group: Group, fields: list[str], keys: dict[str, int]) -> tuple[Any, ...]:
    members = frozenset(keys[code] for code in group.members)
    return *(_value(group, field) for field in fields), members


def _cooperations_now(
    country: str, fields: list[str], groups: dict[str, Group]
) -> dict[str, tuple[Any, ...]]:
    found = ExistingCooperation.objects.filter(country=country, code__in=list(groups))
    members: dict[int, set[int]] = {}
    for cooperation, municipality in CooperationMember.objects.filter(cooperation__in=found).values_list(
        "cooperation_id", "municipality_id"
    ):
        members.setdefault(cooperation, set()).add(municipality)
    rows = found.values_list("pk", "code", *map(_column, fields))
    return {code: (*facts, frozenset(members.get(pk, ()))) for pk, code, *facts in rows}


def _write_members(country: str, groups: list[Group], keys: dict[str, int]) -> None:
    """Replace the members of these cooperations."""
    for batch in batches(groups, 500):
        codes = [group.code for group in batch]
        stored = dict(
            ExistingCooperation.objects.filter(country=country, code__in=codes)
            .order_by()
            .values_list("code", "pk")
        )
        # By key, not through the table of cooperations: while it fills, the planner takes it for empty.
        CooperationMember.objects.filter(cooperation_id__in=list(stored.values())).delete()
        CooperationMember.objects.bulk_create(
            [
                CooperationMember(cooperation_id=stored[group.code], municipality_id=keys[member])
                for group in batch
                for member in group.members
            ],
            batch_size=BATCH,
        )


def _in_order(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _upsert(records: Sequence[Model], unique: list[str], fields: list[str]) -> None:
    if records:
        type(records[0])._default_manager.bulk_create(
            records, update_conflicts=True, unique_fields=unique, update_fields=fields, batch_size=BATCH
        )
