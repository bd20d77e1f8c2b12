"""The file itself: accessible and archival in one, bound of two parts, the same bytes for the same words."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest

from proposals.documents import engine, printing, typesetter
from proposals.documents.context import Paper
from tests.proposals import sheets

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def paper(standing: None) -> Paper:
    """One for all tests of this file, which only look at it."""
    return sheets.paper_of(sheets.make_version())


@pytest.fixture(scope="module")
def printed(paper: Paper) -> bytes:
    return engine.print_paper(paper)


@pytest.fixture
def pdf(printed: bytes) -> Iterator[pikepdf.Pdf]:
    with sheets.opened(printed) as found:
        yield found


def test_both_standards_are_claimed_once(pdf: pikepdf.Pdf) -> None:
    metadata = pdf.Root.Metadata.read_bytes().decode()
    assert re.findall(r'pdfaid:part="(\d)"', metadata) == ["3"]
    assert re.findall(r'pdfaid:conformance="(\w)"', metadata) == ["A"]
    assert re.findall(r'pdfuaid:part="(\d)"', metadata) == ["1"]
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    assert str(pdf.Root.OutputIntents[0].S) == "/GTS_PDFA1"
    assert "/DestOutputProfile" in pdf.Root.OutputIntents[0]
    assert "/ID" in pdf.trailer


def test_title_and_language_are_the_papers(pdf: pikepdf.Pdf, paper: Paper) -> None:
    assert str(pdf.docinfo["/Title"]) == paper.name
    assert str(pdf.Root.Lang) == paper.language
    assert paper.name in pdf.Root.Metadata.read_bytes().decode()


def test_headings_go_down_step_by_step_through_both_parts(pdf: pikepdf.Pdf) -> None:
    kinds = [str(node.S) for node in sheets.structure(pdf.Root.StructTreeRoot)]
    levels = [int(kind[2:]) for kind in kinds if re.fullmatch(r"/H[1-6]", kind)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def test_every_cell_of_a_table_knows_its_headings(pdf: pikepdf.Pdf) -> None:
    tables = sheets.elements(pdf, "Table")
    assert len(tables) >= 4
    for table in tables:
        inside = list(sheets.structure(table))
        heads = {str(one.ID) for one in inside if str(one.S) == "/TH"}
        cells = [one for one in inside if str(one.S) == "/TD"]
        assert heads
        assert cells
        scopes = [str(one.A.get("/Scope")) for one in inside if str(one.S) == "/TH"]
        assert set(scopes) == {"/Row", "/Column"}
        assert all({str(name) for name in one.A.Headers} <= heads and len(one.A.Headers) for one in cells)


def test_pictures_have_words(pdf: pikepdf.Pdf) -> None:
    figures = sheets.elements(pdf, "Figure")
    assert len(figures) >= 2
    assert all(len(str(one.Alt)) > 20 for one in figures)


def test_all_that_is_drawn_is_tagged_or_an_artifact(pdf: pikepdf.Pdf) -> None:
    shown = {"Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "Do", "sh"}
    for number, page in enumerate(pdf.pages, start=1):
        depth = 0
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(operator, 0)
            assert depth or operator not in shown, f"page {number}: {operator} is neither"
        assert depth == 0


def test_bookmarks_lead_to_the_pages_where_the_headings_stand(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        marks = list(outline.root)
    places = [pdf.pages.index(pikepdf.Page(_target(mark))) for mark in marks]
    assert places == sorted(places)
    texts = [sheets.words_of(_only(pdf, number)) for number in range(len(pdf.pages))]
    assert len(marks) >= 6
    for mark, place in zip(marks, places, strict=True):
        assert mark.title in texts[place]


def _target(mark: pikepdf.OutlineItem) -> Any:
    assert isinstance(mark.destination, pikepdf.Array)
    return mark.destination[0]


def _only(pdf: pikepdf.Pdf, number: int) -> bytes:
    single, buffer = pikepdf.new(), io.BytesIO()
    single.pages.append(pdf.pages[number])
    single.save(buffer)
    return buffer.getvalue()


def test_pages_are_numbered_through_both_parts(pdf: pikepdf.Pdf) -> None:
    total = len(pdf.pages)
    for number in range(1, total):
        assert f"Page {number + 1} of {total}" in sheets.words_of(_only(pdf, number))


def test_nothing_in_it_acts(pdf: pikepdf.Pdf) -> None:
    forbidden = {"/JavaScript", "/JS", "/Launch", "/OpenAction", "/AA", "/RichMedia", "/SubmitForm"}
    for found in pdf.objects:
        if isinstance(found, pikepdf.Dictionary):
            assert not forbidden & set(found.keys())
            assert str(found.get("/S", "")) not in forbidden
    assert "/OpenAction" not in pdf.Root


def test_the_data_is_attached_once_as_it_is(pdf: pikepdf.Pdf, paper: Paper) -> None:
    assert list(pdf.attachments) == ["proposal-data.json"]
    kept = pdf.attachments["proposal-data.json"]
    assert kept.get_file().read_bytes().decode() == paper.data
    assert json.loads(paper.data)
    assert kept.get_file().mime_type == "application/json"
    assert len(pdf.Root.AF) == 1
    assert str(pdf.Root.AF[0].AFRelationship) == "/Data"
    created = kept.get_file().creation_date
    assert created is not None
    assert created.isoformat()[:16] == paper.created[:16]


def test_the_same_words_are_the_same_bytes_from_the_shelf_and_anew(paper: Paper) -> None:
    first = engine.print_paper(paper)
    assert engine.print_paper(paper) == first
    engine._BINDER.__init__()  # type: ignore[misc]  # an empty shelf, as in a new process
    assert engine.print_paper(paper) == first


def test_our_element_styles_are_weasyprints_for_the_elements_we_use(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = engine.print_paper(paper)
    monkeypatch.delattr(typesetter.Sheet, "_ua_stylesheets")
    engine._BINDER.__init__()  # type: ignore[misc]  # as above
    assert engine.print_paper(paper) == ours


def test_writing_once_gives_the_bytes_of_writing_twice(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    html, pictures = engine.own_html(paper, whole=True), engine.pictures_of(paper)
    once = engine.make_pdf(html, pictures)
    monkeypatch.setattr(printing, "put_into_words", lambda pdf: None)
    assert engine.make_pdf(html, pictures) == once


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<img src="asset:a.svg">', "alternative text for the picture asset:a.svg"),
        ('<img src="asset:a.svg" alt="  ">', "alternative text"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>', "a title for a drawing"),
        ("<table><tr><th>Year</th></tr></table>", "scope of the heading Year"),
    ],
)
def test_a_missing_alternative_is_no_paper(body: str, said: str) -> None:
    with pytest.raises(engine.Unprintable, match=said):
        sheets.make(body, {"a.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'})


def test_a_page_without_language_or_title_is_no_paper() -> None:
    with pytest.raises(engine.Unprintable, match="the language of the page"):
        sheets.make("", language="")
    with pytest.raises(engine.Unprintable, match="the title of the page"):
        sheets.make("", head="")


def test_a_picture_that_cannot_be_drawn_is_no_paper() -> None:
    with pytest.raises(engine.Unprintable, match="image"):
        sheets.make('<img src="asset:a.svg" alt="A map">', {"a.svg": "<svg><broken"})
