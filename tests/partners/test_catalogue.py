"""The catalogue of a country: what it holds, and that no change of the data is ever missed."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from imc_portal.core.audit import Actor
from partners import catalogue_data
from partners.catalogue_data import OPEN, catalogue, revision
from partners.discovery.catalogue import Catalogue
from partners.imports import SourceFile
from partners.models import (
    CooperationMember,
    DataRevision,
    ExistingCooperation,
    Function,
    Municipality,
    NeighbourLink,
)
from partners.services import imports
from tests import makers

JURA = Path(__file__).resolve().parents[2] / "partners" / "data" / "jura"

pytestmark = pytest.mark.django_db
in_real_transactions = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    """Nothing kept in the process, no file on the disk."""
    monkeypatch.setattr(catalogue_data, "_kept", {})
    settings.CATALOGUE_FOLDER = tmp_path / "catalogue"


def make_cooperation(*members: Municipality, **fields: Any) -> ExistingCooperation:
    """A cooperation with members."""
    code = f"C{ExistingCooperation.objects.count()}"
    body = ExistingCooperation.objects.create(**({"country": "FR", "code": code} | fields))
    CooperationMember.objects.bulk_create(
        CooperationMember(cooperation=body, municipality=member) for member in members
    )
    return body


def names(found: Catalogue) -> list[str]:
    """In the order of rows."""
    return [str(name) for name in found.names]


# --- what it holds -------------------------------


def test_the_columns_are_those_of_the_tables_and_unknown_is_never_zero() -> None:
    one = makers.make_municipality(
        "Saint-Étienne-du-Bois",
        code="01350",
        population=2500,
        latitude=46.25,
        longitude=5.25,
        region="84",
        county="01",
        district="012",
        fiscal_capacity=Decimal("812.50"),
    )
    blank = makers.make_municipality(
        "Île", code="2A", latitude=None, longitude=None, region="", county="", district=""
    )
    same = makers.make_municipality("Same", county="01", district="013", region="84")
    found = catalogue("FR")
    assert found.country == "FR"
    assert found.keys.tolist() == sorted([one.pk, blank.pk, same.pk])
    assert (names(found), found.codes[0], found.codes[1]) == (
        ["Saint-Étienne-du-Bois", "Île", "Same"],
        "01350",
        "2A",
    )
    assert found.population.tolist() == [2500, 3000, 3000]
    assert (found.latitude[0], found.longitude[0], found.fiscal[0]) == (46.25, 5.25, 812.5)
    assert np.isnan([found.latitude[1], found.longitude[1], found.fiscal[1], found.fiscal[2]]).all()
    for numbers, equal in ((found.region, True), (found.county, True), (found.district, False)):
        assert numbers[1] == -1
        assert numbers[0] >= 0
        assert (numbers[0] == numbers[2]) == equal
    assert found.placed.tolist() == [0, 2]
    assert found.row(same.pk) == 2


def test_borders_lead_both_ways_and_end_at_the_border_of_the_country() -> None:
    a, b, c = (makers.make_municipality() for _ in range(3))
    abroad = makers.make_municipality(country="CH")
    makers.make_neighbours(a, b, 2.5)
    makers.make_neighbours(c, a, 1.25)
    makers.make_neighbours(b, abroad, 9)
    NeighbourLink.objects.create(a=b, b=c)
    found = catalogue("FR")
    assert [found.neighbours(row).tolist() for row in range(3)] == [[1, 2], [0, 2], [0, 1]]
    assert found.border_start.tolist() == [0, 2, 4, 6]
    lengths = [2.5, 1.25, 2.5, np.nan, 1.25, np.nan]
    np.testing.assert_array_equal(found.border_km, lengths)
    assert catalogue("CH").neighbours(0).tolist() == []


def test_cooperations_are_read_from_both_sides_with_members_of_the_country_alone() -> None:
    a, b, c = (makers.make_municipality() for _ in range(3))
    abroad, far = (makers.make_municipality(country="CH") for _ in range(2))
    waste = Function.objects.get(pk="ENV-WCO")
    make_cooperation(c, a, function=waste)
    make_cooperation(far, abroad, country="CH")
    make_cooperation(abroad, a, b, country="CH", failed=True)
    make_cooperation()
    found = catalogue("FR")
    assert [found.bodies(row).tolist() for row in range(3)] == [[0, 1], [1], [0]]
    assert [found.members(body).tolist() for body in range(2)] == [[0, 2], [0, 1]]
    assert found.body_function.tolist() == ["ENV-WCO", ""]
    assert found.body_failed.tolist() == [False, True]
    assert len(found.member_start) == 3


def test_a_country_without_anything_has_an_empty_catalogue() -> None:
    found = catalogue("XX")
    assert (len(found), found.border_start.tolist(), found.member_start.tolist()) == (0, [0], [0])
    makers.make_municipality(country="XX")
    assert catalogue("XX").bodies(0).tolist() == []


def test_statements_do_not_grow_with_the_rows(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    def world() -> None:
        one, other = makers.make_municipality(), makers.make_municipality()
        makers.make_neighbours(one, other)
        make_cooperation(one, other)

    counts = []
    for worlds in (1, 4):
        for _ in range(worlds):
            world()
        with CaptureQueriesContext(connection) as seen:
            catalogue("FR")
        counts.append(len(seen))
    assert counts == [5, 5]
    # Nothing has changed: the question for the revision, no reading.
    with django_assert_num_queries(1):
        assert catalogue("FR") is catalogue_data._kept[(connection.settings_dict["NAME"], "FR")][1]


# --- no change is missed -------------------------------


def _import(kind: str, text: str) -> None:
    with io.BytesIO(text.encode()) as stream:
        getattr(imports, f"import_{kind}")(
            source=SourceFile("file.csv", stream), country="FR", origin="here", actor=Actor.portal()
        )


def _raw(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _save() -> None:
    one = Municipality.objects.get(code="A")
    one.population = 77
    one.save()


def _bulk_update() -> None:
    every = list(Municipality.objects.all())
    for one in every:
        one.latitude = 45.5
    Municipality.objects.bulk_update(every, ["latitude"])


def _members_set() -> None:
    ExistingCooperation.objects.get().members.set([Municipality.objects.get(code="C")])


WRITERS: dict[str, Callable[[], object]] = {
    "import of municipalities": lambda: _import(
        "municipalities", "code,name,population,lat,lon\nA,New,9,46,5\n"
    ),
    "import of neighbours": lambda: _import("neighbours", "a,b,shared_km\nA,C,3.5\n"),
    "import of cooperations": lambda: _import("cooperations", "group_id,member\nG,A\nG,B\n"),
    "save": _save,
    "create": lambda: makers.make_municipality(),
    "update": lambda: Municipality.objects.filter(code="A").update(county="99"),
    "bulk_update": _bulk_update,
    "bulk_create": lambda: Municipality.objects.bulk_create(
        [Municipality(country="FR", code="N", name="N", population=1)]
    ),
    "raw SQL": lambda: _raw("UPDATE partners_neighbourlink SET shared_km = 8.5"),
    "delete of a municipality": lambda: Municipality.objects.get(code="B").delete(),
    "delete of links": lambda: NeighbourLink.objects.all().delete(),
    "delete of members": lambda: CooperationMember.objects.filter(municipality__code="A").delete(),
    "members set": _members_set,
    "a failure noted": lambda: ExistingCooperation.objects.update(failed=True),
    "truncate": lambda: _raw("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE partners_neighbourlink"),
}


def _some_world() -> None:
    a, b, _c = (makers.make_municipality(name, code=name) for name in "ABC")
    makers.make_neighbours(a, b)
    make_cooperation(a, b)


def _contents(found: Catalogue) -> str:
    return repr([getattr(found, name).tolist() for name in catalogue_data.COLUMNS])


@pytest.mark.parametrize("writer", WRITERS)
def test_whoever_writes_the_next_look_sees_it(writer: str) -> None:
    _some_world()
    before = catalogue("FR")
    WRITERS[writer]()
    after = catalogue("FR")
    catalogue_data._kept.clear()
    assert _contents(after) == _contents(catalogue("FR"))
    assert _contents(after) != _contents(before)


def test_two_changes_in_one_transaction_are_two_revisions() -> None:
    one = makers.make_municipality("First")
    seen = {revision()}
    for name in ("Second", "Third"):
        Municipality.objects.filter(pk=one.pk).update(name=name)
        seen.add(revision())
        assert names(catalogue("FR")) == [name]
    assert len(seen) == 3


def test_a_savepoint_taken_back_gives_no_later_change_its_revision() -> None:
    makers.make_municipality("Kept")
    for name in ("One", "Other"):
        with transaction.atomic():
            makers.make_municipality(name)
            assert names(catalogue("FR")) == ["Kept", name]
            transaction.set_rollback(True)
    assert names(catalogue("FR")) == ["Kept"]


def test_a_dry_run_changes_no_revision() -> None:
    makers.make_municipality()
    before = revision()
    with io.BytesIO(b"code,name,population,lat,lon\nA,New,9,46,5\n") as stream:
        imports.import_municipalities(
            source=SourceFile("a.csv", stream), country="FR", origin="", actor=Actor.portal(), dry_run=True
        )
    assert revision() == before


def test_what_the_ranking_does_not_read_changes_nothing() -> None:
    municipality = makers.make_municipality()
    before = revision()
    makers.make_contact(municipality)
    makers.make_need(municipality)
    assert revision() == before


@in_real_transactions
def test_a_change_taken_back_is_gone_and_never_reached_other_processes(tmp_path: Path) -> None:
    makers.make_municipality("Kept")
    before = revision()
    with transaction.atomic():
        makers.make_municipality("Gone")
        assert revision().endswith(OPEN)
        assert names(catalogue("FR")) == ["Kept", "Gone"]
        transaction.set_rollback(True)
    assert not (tmp_path / "catalogue").exists()
    assert revision() == before
    assert names(catalogue("FR")) == ["Kept"]


@in_real_transactions
def test_transactions_that_end_in_another_order_than_they_began_are_each_seen() -> None:
    one, other = makers.make_municipality("One"), makers.make_municipality("Other")
    changed, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                Municipality.objects.filter(pk=one.pk).update(name="Slow")
                changed.set()
                may_end.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert changed.wait(20)
        Municipality.objects.filter(pk=other.pk).update(name="Quick")
        assert names(catalogue("FR")) == ["One", "Quick"]
    finally:
        may_end.set()
        thread.join()
    assert names(catalogue("FR")) == ["Slow", "Quick"]


# --- the notes of the triggers -------------------------------


@in_real_transactions
def test_each_transaction_leaves_one_note_that_counts_its_statements() -> None:
    DataRevision.objects.all().delete()
    with transaction.atomic():
        one, other = makers.make_municipality(), makers.make_municipality()
        link = makers.make_neighbours(one, other)
    link.delete()
    with transaction.atomic():
        makers.make_municipality()
        transaction.set_rollback(True)
    notes = DataRevision.objects.order_by("transaction").values_list("statements", flat=True)
    assert list(notes) == [3, 1]


def test_notes_of_long_ago_are_removed_by_the_next_change_and_by_nothing_else() -> None:
    DataRevision.objects.all().delete()
    _raw(
        "INSERT INTO partners_datarevision (transaction, statements, at) VALUES"
        " (1, 1, now() - interval '31 days'), (2, 1, now() - interval '29 days')"
    )
    revision()
    assert DataRevision.objects.count() == 2
    before = revision()
    makers.make_municipality()
    assert list(DataRevision.objects.order_by("transaction").values_list("pk", flat=True)[:1]) == [2]
    assert (DataRevision.objects.count(), revision() == before) == (2, False)


# --- real municipalities -------------------------------


def test_the_jura_comes_in_whole() -> None:
    for kind, file in (
        ("municipalities", "municipalities.csv"),
        ("neighbours", "neighbours.csv"),
        ("cooperations", "cooperations.csv"),
    ):
        call_command(f"import_{kind}", str(JURA / file), "--country", "FR", stdout=io.StringIO())
    with CaptureQueriesContext(connection) as seen:
        found = catalogue("FR")
    assert len(seen) == 5
    assert len(found) == len(found.placed) == Municipality.objects.count() > 490
    assert len(found.border_to) == 2 * NeighbourLink.objects.count() > 2_000
    assert len(found.body_of) == len(found.member_of) == CooperationMember.objects.count() > 500
    back = np.repeat(np.arange(len(found)), np.diff(found.border_start))
    there = set(zip(back.tolist(), found.border_to.tolist(), strict=True))
    assert all((b, a) in there for a, b in there)
