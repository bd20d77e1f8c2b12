"""The first page: one sentence, one figure, one map, one date, and never a second page."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from partners.models import Case, Municipality
from proposals.documents import engine
from proposals.documents.content import compose
from proposals.documents.context import Paper
from proposals.documents.typesetter import lay_out
from proposals.models import ProposalVersion
from tests import makers

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SQUARE = {"type": "Polygon", "coordinates": [[[5.5, 46.6], [5.6, 46.6], [5.6, 46.7], [5.5, 46.6]]]}
LONG = {
    "en": ("Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson-sous-les-Hautes", "The shared winter service of "),
    "de": ("Verwaltungsgemeinschaft Schwarzatal-Donaudampfschifffahrtsau", "Gemeinsamer Winterdienst für "),
    "uk": ("Новоград-Волинська об'єднана територіальна громада Полісся", "Спільне утримання доріг для "),
    "ar": ("بلدية الشويفات وعرمون وبشامون وخلدة والقرى المجاورة لها كلها", "خدمة الشتاء المشتركة لبلديات "),
}


def pages(paper: Paper, tmp_path: Path) -> list[str]:
    path = tmp_path / "paper.pdf"
    path.write_bytes(engine.print_paper(paper))
    found = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, timeout=60)
    return [" ".join(page.split()) for page in found.stdout.decode().split("\f")]


def proposal_of(count: int, name: str, title: str) -> ProposalVersion:
    case = makers.make_case(makers.make_municipality(f"{name} 0", population=17_000, boundary=SQUARE))
    for number in range(1, count):
        place = makers.make_municipality(f"{name} {number}", population=3_000, boundary=SQUARE)
        contact = makers.make_contact(place, name=f"{name} {name}"[:100])
        makers.make_participant(case, place, contact=contact)
    Case.objects.filter(pk=case.pk).update(title=title)
    return makers.make_draft(Case.objects.get(pk=case.pk), recipients=0)


def fits(paper: Paper, tmp_path: Path) -> None:
    """The date and its promise stand on page 1, page 2 opens with the reader's own part."""
    first, second, *_rest = pages(paper, tmp_path)
    html = engine.own_html(paper)
    heading = html.partition('class="own"><h2>')[2].partition("</h2>")[0]
    start = " ".join(heading.replace("&#x27;", "'").split())[:12]
    if paper.language != "ar":  # the order of words of a page in Arabic is the extractor's own
        assert paper.answer_by.replace(",", "")[:6] in first.replace(",", "")
        assert start in second
        assert start not in first
    assert len(first) > 200


@pytest.mark.parametrize("language", LONG)
def test_forty_long_names_fit_on_the_first_page(language: str, tmp_path: Path) -> None:
    name, title = LONG[language]
    version = proposal_of(40, name, (title + name * 4)[:150])
    paper = compose(version.annexes.all()[7], language)
    assert paper.first_page.density == "longest"
    fits(paper, tmp_path)
    assert own_pages(paper)[0] == "cover"
    assert own_pages(paper).count("cover") == 1


def test_a_small_group_with_short_names_has_the_large_letters(tmp_path: Path) -> None:
    paper = compose(proposal_of(4, "Arlay", "Shared waste").annexes.all()[0], "en")
    assert paper.first_page.density == ""
    fits(paper, tmp_path)
    assert own_pages(paper).count("cover") == 1


@pytest.mark.parametrize("count", [2, 8, 13])
@pytest.mark.parametrize("length", [30, 60, 150])
def test_no_number_and_length_of_names_needs_a_second_page(count: int, length: int) -> None:
    version = proposal_of(count, ("Commune de la Haute-Loue " * 8)[: length - 3].strip(), "Winter " * 21)
    Municipality.objects.all().update(population=1_234_567)
    for language in ("en", "ar"):
        assert own_pages(compose(version.annexes.all()[0], language)).count("cover") == 1


def own_pages(paper: Paper) -> list[str]:
    """The kinds of the pages of the reader's own part."""
    laid = lay_out(engine.own_html(paper), engine.pictures_of(paper))
    return [page._page_box.page_type.name or "" for page in laid.pages]
