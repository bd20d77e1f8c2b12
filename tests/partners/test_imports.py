"""Imports: what is good comes in with its origin, and twice is once."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from imc_portal.core.audit import Actor
from partners.imports import SourceFile
from partners.models import (
    ExistingCooperation,
    ImportRun,
    Municipality,
    NeighbourLink,
)
from partners.services.imports import (
    import_municipalities,
)
from tests import makers
from tests.partners.files import GOOD, HEADER, collection, counts, square, take, two_towns

pytestmark = pytest.mark.django_db


def test_municipalities_come_in_with_their_origin() -> None:
    result = take("municipalities", GOOD)
    assert (result.created, result.updated, result.unchanged) == (2, 0, 0)
    town = Municipality.objects.get(code="39001")
    run = ImportRun.objects.get()
    assert (town.name, town.population, town.country, town.latitude) == ("Abergement", 827, "FR", 47.1)
    assert town.provenance["population"] == str(run.pk)
    assert (run.source, run.file_name, run.created) == ("a register", "file.csv", 2)
    assert len(run.sha256) == 64


def test_import_twice_changes_nothing_and_a_changed_row_changes_alone() -> None:
    take("municipalities", GOOD)
    again = take("municipalities", GOOD)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    changed = take("municipalities", GOOD.replace(",61,", ",66,"), origin="newer")
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 1)
    runs = {run.source: str(run.pk) for run in ImportRun.objects.order_by("imported_at")}
    assert Municipality.objects.get(code="39002").provenance["population"] == runs["newer"]
    assert Municipality.objects.get(code="39001").provenance["population"] != runs["newer"]


def test_columns_that_a_file_does_not_name_stay_as_they_are() -> None:
    take("municipalities", f"{HEADER},email,district\n1,A,5,46,5,town@a.example,391\n")
    take("municipalities", f"{HEADER}\n1,A,6,46,5\n")
    town = Municipality.objects.get()
    assert (town.population, town.email, town.district) == (6, "town@a.example", "391")


def test_money_per_inhabitant_comes_in_to_the_cent_with_its_origin() -> None:
    columns = f"{HEADER},fiscal_capacity,property_value"
    result = take("municipalities", f"{columns}\n1,A,5,46,5,812.5,64250.255\n2,B,6,46,5,,\n")
    assert not result.ignored_columns
    town, other = Municipality.objects.order_by("code")
    assert (town.fiscal_capacity, town.property_value) == (Decimal("812.50"), Decimal("64250.26"))
    assert (other.fiscal_capacity, other.property_value) == (None, None)
    assert town.provenance["property_value"] == str(ImportRun.objects.get().pk)
    again = take("municipalities", f"{columns}\n1,A,5,46,5,812.5,64250.26\n")
    assert again.unchanged == 1


def test_the_same_code_in_another_country_is_another_municipality() -> None:
    take("municipalities", GOOD)
    assert take("municipalities", GOOD, country="BE").created == 2
    assert Municipality.objects.count() == 4


def test_unknown_columns_are_ignored_and_listed() -> None:
    assert take("municipalities", f"{HEADER},mayor\n1,A,5,46,5,Somebody\n").ignored_columns == ("mayor",)


def test_a_mark_at_the_beginning_quotes_and_a_missing_point_are_fine() -> None:
    content = f'\ufeff{HEADER}\r\n1,"Saint-Lupicin, le Haut",5,,\r\n'
    take("municipalities", content)
    town = Municipality.objects.get()
    assert (town.name, town.latitude) == ("Saint-Lupicin, le Haut", None)


def test_dry_run_counts_and_writes_nothing() -> None:
    before = counts()
    result = take("municipalities", GOOD, dry_run=True)
    assert (result.created, result.dry_run, result.run) == (2, True, "")
    assert counts() == before


def test_neighbours_come_in_either_direction_and_only_once() -> None:
    a, b = two_towns()
    assert take("neighbours", "a,b,shared_km\n2,1,1.5\n1,2,1.5\n").created == 1
    link = NeighbourLink.objects.get()
    assert (link.a, link.b, link.shared_km) == (a, b, 1.5)
    assert take("neighbours", "a,b\n1,2\n").unchanged == 1
    link.refresh_from_db()
    assert link.shared_km == 1.5


def test_cooperations_come_in_and_their_members_are_those_of_the_file() -> None:
    two_towns()
    content = (
        "group_id,group_name,legal_form,function,since,member\nG,Waste body,SIVU,ENV-WCO,1998,1\nG,,,,,2\n"
    )
    assert take("cooperations", content).created == 1
    body = ExistingCooperation.objects.get()
    assert (body.name, body.function_id, body.since, body.members.count()) == (
        "Waste body",
        "ENV-WCO",
        "1998",
        2,
    )
    assert take("cooperations", content).unchanged == 1
    assert take("cooperations", "group_id,group_name,member\nG,Waste body,1\n").updated == 1
    assert [m.code for m in ExistingCooperation.objects.get().members.all()] == ["1"]


def test_what_the_file_has_no_column_for_stays_as_it_is() -> None:
    two_towns()
    full = (
        "group_id,member,group_name,function,since,until,outcome,ended_in_failure\n"
        "G,1,Waste body,ENV-WCO,1998,2019,dissolved,yes\nG,2,,,,,,no\n"
    )
    assert take("cooperations", full).created == 1
    assert take("cooperations", "group_id,member\nG,1\nG,2\n").unchanged == 1
    assert take("cooperations", "group_id,member,group_name\nG,1,Other name\nG,2,\n").updated == 1
    body = ExistingCooperation.objects.get()
    assert (body.name, body.function_id, body.since) == ("Other name", "ENV-WCO", "1998")
    assert (body.until, body.outcome, body.failed) == ("2019", "dissolved", True)
    assert take("cooperations", full.replace("yes", "no").replace("dissolved", "")).updated == 1
    body.refresh_from_db()
    assert (body.name, body.outcome, body.failed) == ("Waste body", "", False)


def test_the_licence_stands_beside_the_source() -> None:
    with io.BytesIO(GOOD.encode()) as stream:
        import_municipalities(
            source=SourceFile("a.csv", stream),
            country="FR",
            origin="INSEE",
            licence="Open Licence",
            actor=Actor.portal(),
        )
    run = ImportRun.objects.get()
    assert (run.licence, run.attribution) == ("Open Licence", "INSEE, Open Licence")


def test_command_and_page_take_the_licence(tmp_path: Path) -> None:
    file = tmp_path / "towns.csv"
    file.write_text(GOOD, encoding="utf-8")
    call_command("import_municipalities", str(file), country="FR", source="A", licence="By command")
    assert ImportRun.objects.get().licence == "By command"
    client = Client()
    client.force_login(makers.make_user(is_staff=True))
    data = {"kind": "municipalities", "country": "fr", "source": "B", "licence": "By page"}
    upload = SimpleUploadedFile("towns.csv", GOOD.replace("827", "828").encode())
    page = client.post(reverse("partners:import_data"), data | {"file": upload}).content.decode()
    assert ImportRun.objects.get(source="B").licence == "By page"
    assert "A, By command" in page


def test_outlines_make_neighbours_by_a_common_border_but_not_by_a_corner() -> None:
    for code in ("1", "2", "3"):
        makers.make_municipality(code, code=code)
    result = take("boundaries", collection(_1=square(5, 46), _2=square(5.1, 46), _3=square(5.2, 46.1)))
    assert (result.created, result.links) == (3, 1)
    link = NeighbourLink.objects.select_related("a", "b").get()
    assert {link.a.code, link.b.code} == {"1", "2"}
    assert link.shared_km == pytest.approx(11.12, abs=0.02)
    kept = Municipality.objects.get(code="1").boundary
    assert kept is not None
    assert kept["type"] == "Polygon"
    assert {tuple(point) for point in kept["coordinates"][0]} == {(5, 46), (5.1, 46), (5.1, 46.1), (5, 46.1)}


def test_outlines_that_miss_each_other_by_some_metres_still_border() -> None:
    two_towns()
    take("boundaries", collection(_1=square(5, 46), _2=square(5.1001, 46)))
    assert NeighbourLink.objects.get().shared_km == pytest.approx(11.1, abs=0.2)


def test_a_later_file_of_outlines_finds_its_neighbours_among_those_kept() -> None:
    makers.make_municipality("A", code="1", latitude=46.05, longitude=5.05)
    makers.make_municipality("B", code="2", latitude=46.05, longitude=5.15)
    take("boundaries", collection(_1=square(5, 46)))
    take("boundaries", collection(_2=square(5.1, 46)))
    assert NeighbourLink.objects.count() == 1
    take("boundaries", collection(_2=square(5.3, 46)))
    assert NeighbourLink.objects.count() == 0
