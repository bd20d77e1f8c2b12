"""Whose words stand in which language, which way papers are written, and that every picture has words."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from imc_portal.core.audit import Actor
from proposals import services
from proposals.documents import standard, wording
from proposals.documents.content import compose
from proposals.documents.context import MOST_ROWS, Picture, Row, Table, Wordless
from proposals.documents.engine import own_html, pictures_of
from proposals.models import Annex, ProposalVersion
from tests import makers

CODES = [code for code, _name in settings.DOCUMENT_LANGUAGES]
SQUARE = {"type": "Polygon", "coordinates": [[[5.5, 46.6], [5.6, 46.6], [5.6, 46.7], [5.5, 46.6]]]}


class Found(HTMLParser):
    """Pictures without words, sections in other languages, and the document's own."""

    def __init__(self) -> None:
        super().__init__()
        self.bare: list[str] = []
        self.pictures = 0
        self.root: dict[str, str | None] = {}
        self.tongues: list[tuple[str | None, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.root = given
        elif "lang" in given:
            self.tongues.append((given["lang"], given.get("dir")))
        if tag == "img":
            self.pictures += 1
            if not (given.get("alt") or "").strip():
                self.bare.append(self.get_starttag_text() or tag)


def read(html: str) -> Found:
    found = Found()
    found.feed(html)
    return found


@pytest.fixture(scope="module")
def one_version(standing: None) -> ProposalVersion:
    case = makers.make_case(makers.make_municipality("Bletterans", population=17_000, boundary=SQUARE))
    makers.make_participant(case, makers.make_municipality("Arlay", boundary=SQUARE))
    return makers.make_draft(case, recipients=0)


@pytest.mark.parametrize("code", CODES)
def test_every_picture_has_words_and_the_paper_its_language(version: ProposalVersion, code: str) -> None:
    paper = compose(version.annexes.all()[0], code)
    found = read(own_html(paper, whole=True))
    assert found.pictures == 3
    assert found.bare == []
    assert found.root == {"lang": code, "dir": "rtl" if code == "ar" else "ltr"}
    assert {(code, found.root["dir"]), ("en", "ltr")} == set(found.tongues) | {(code, found.root["dir"])}
    for svg in pictures_of(paper).values():
        assert "<title" in svg
        assert "<desc" in svg


def test_no_picture_is_made_without_words() -> None:
    for alt in ("", "  \n"):
        with pytest.raises(Wordless):
            Picture(svg="<svg/>", alt=alt)


def test_no_template_of_papers_has_a_picture_without_words() -> None:
    for template in Path("templates/proposals/pdf").glob("*.html"):
        assert read(template.read_text()).bare == [], template.name


# --- whose words, in which language ---------------------------------------------------


@pytest.mark.parametrize("code", ["fr", "de", "uk", "ar"])
def test_standard_words_come_in_the_readers_language(version: ProposalVersion, code: str) -> None:
    paper = compose(version.annexes.all()[0], code)
    common = paper.common
    for prose in (common.next_steps, common.not_asked, common.areas_text, paper.opening, paper.questions):
        assert prose.language == code
    with translation.override(code):
        assert common.not_asked.paragraphs == tuple(standard.not_asked().split("\n"))
        assert "Arlay" in paper.opening.paragraphs[0]
    assert "{people}" not in paper.opening.paragraphs[0]
    assert common.why.language == "en"


def test_own_words_stay_as_written_and_their_language_is_said_once(version: ProposalVersion) -> None:
    annex, actor = version.annexes.all()[0], Actor.person(version.drafted_by)
    services.save_annex(annex=annex, revision=annex.revision, actor=actor, opening="My own words.")
    fresh = Annex.objects.get(pk=annex.pk)
    paper = compose(fresh, "fr")
    assert (paper.opening.language, paper.opening.paragraphs) == ("en", ("My own words.",))
    assert paper.questions.language == "fr"
    assert paper.foreign
    assert own_html(paper).count(paper.foreign.replace("'", "&#x27;")) == 1
    assert compose(fresh, "en").foreign == ""


def test_standard_words_are_known_in_whatever_language_they_were_begun() -> None:
    for code in CODES:
        with translation.override(code):
            words = standard.next_steps()
        assert standard.is_standard(words, standard.next_steps)
        assert standard.is_standard(words.replace("\n", "\r\n"), standard.next_steps)
        assert not standard.is_standard(words + " And more.", standard.next_steps)


# --- lists and tables ------------------------------------------------------------------


def test_names_do_not_run_into_each_other_in_a_text_from_right_to_left() -> None:
    with translation.override("ar"):
        assert wording.listed(["Arlay", "Ruffey"]).count("\u2068") >= 2
        assert wording.isolated("") == ""
    assert wording.listed(["Arlay", "Ruffey", "Conliege"]) == "Arlay, Ruffey and Conliege"


def test_of_many_names_the_first_are_told() -> None:
    names = [f"T{n}" for n in range(8)]
    assert wording.some(names) == "T0, T1, T2, T3, T4 and 3 more"
    assert wording.some(names[:6]) == "T0, T1, T2, T3, T4 and T5"


def test_a_name_inside_a_sentence_loses_its_capital_where_the_language_wants_it() -> None:
    assert wording.inside("Waste collection") == "waste collection"
    assert wording.inside("IT services") == "IT services"
    with translation.override("de"):
        assert wording.inside("Abfallsammlung") == "Abfallsammlung"


def test_a_long_table_is_cut_and_says_how_many_rows_the_data_have() -> None:
    rows = tuple(Row(f"r{n}", ("x",)) for n in range(MOST_ROWS + 7))
    table = Table("caption", ("a", "b"), rows)
    assert len(table.shown) == MOST_ROWS
    assert table.more == 7
    html = render_to_string("proposals/pdf/table.html", {"table": table, "kind": "x"})
    assert "And 7 more: see the attached data." in html
    assert html.count("<tr") == MOST_ROWS + 1
