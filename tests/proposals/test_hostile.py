"""What nobody should write and somebody will: each ends in a PDF or a clear refusal within seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from partners.models import Municipality, Need, OfficeHolder
from proposals.documents import engine, press, typesetter
from proposals.models import Annex, Document, MemberInput, ProposalVersion, Statement
from tests import makers
from tests.proposals import sheets

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
#: Seconds of processor time; a quiet machine needs a third of it.
PATIENCE = 20

MEGABYTE = 1_000_000
FLOODS = {
    "words": "cooperation saves money " * (MEGABYTE // 24),
    "unbroken": "x" * 100_000,
    "emoji": "\U0001f469\u200d\U0001f692\U0001f600" * 50_000,
    "combining": "e" + "\u0301\u0323\u0489" * 40_000,
    "many combining": ("e" + "\u0301" * 60 + " ") * 5_000,
    "turned around": "\u202eabc\u2066\u202d" * 30_000,
    "right to left": "\u200f\u0627\u0644" * 50_000,
    "zero width": "\u200b\u200d\ufeff" * 50_000,
    "lines": "a\n" * 100_000,
    "controls": "".join(map(chr, [*range(1, 32), *range(127, 160)])) * 2_000,
    "nested": "<div>" * 900 + "<table>" * 900 + "<svg><use href='#a'/>" * 50,
    "foreign letters": "漢字かな𒀀𓀀" * 20_000,
    "private letters": "\ue000\U000f0000\U0010ffff" * 30_000,
}
#: A title of nothing that can be seen is none; thousands of one-letter paragraphs in all fields are too many.
REFUSED = {"zero width", "controls", "lines"}


@contextmanager
def in_time(seconds: float = PATIENCE) -> Iterator[None]:
    """Fail when it takes longer."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < seconds


def flood(version: ProposalVersion, text: str) -> None:
    """Write the text past all forms into every field that a paper prints."""
    case = version.proposal.case
    sections = {**dict.fromkeys(ProposalVersion.SECTIONS, text), "what_changed": text}
    ProposalVersion.objects.filter(pk=version.pk).update(annexes_shared=True, **sections)
    Annex.objects.filter(version=version).update(opening=text, open_questions=text)
    Statement.objects.filter(annex__version=version).update(text=text, indicator=text[:200])
    case.needs.update(statement=text, evidence=text)
    type(case).objects.filter(pk=case.pk).update(title=text[:100])
    Municipality.objects.filter(participations__case=case).update(name=text[:100])
    OfficeHolder.objects.filter(municipality__participations__case=case).update(name=text[:100])


@pytest.mark.parametrize("kind", FLOODS)
@pytest.mark.parametrize("size", [5_000, MEGABYTE])
def test_a_flood_in_every_field_ends_in_a_short_paper(kind: str, size: int) -> None:
    """What the forms let in is printed; what is written past them is printed or refused in plain words."""
    version = sheets.make_version()
    flood(version, FLOODS[kind][:size])
    with in_time():
        try:
            pdf = engine.print_paper(sheets.paper_of(ProposalVersion.objects.get(pk=version.pk)))
        except engine.Unprintable as problem:
            said, pages = str(problem), 0
        else:
            said, pages = "", len(sheets.opened(pdf).pages)
    assert pages <= typesetter.MOST_PAGES
    assert pages or "Shorten its texts" in said or "the title of the page" in said, said
    assert pages or size > 5_000 or kind in REFUSED


def test_forty_participants_who_read_each_other_have_a_paper() -> None:
    version = sheets.make_version(recipients=40)
    ProposalVersion.objects.filter(pk=version.pk).update(annexes_shared=True)
    with in_time(30):
        pdf = engine.print_paper(sheets.paper_of(ProposalVersion.objects.get(pk=version.pk)))
    found = sheets.words_of(pdf)
    assert "Town 39" in found


def test_two_thousand_needs_are_a_paper_or_a_clear_refusal() -> None:
    version = sheets.make_version()
    case = version.proposal.case
    first = case.needs.get()
    towns = [makers.make_municipality(f"Needy {number}") for number in range(2_000)]
    needs = Need.objects.bulk_create(
        Need(
            municipality=town,
            owner=first.owner,
            function=first.function,
            severity=3,
            statement="Too dear",
            evidence="Bills",
        )
        for town in towns
    )
    case.needs.add(*needs)
    with in_time():
        try:
            words = sheets.words_of(engine.print_paper(sheets.paper_of(version)))
        except engine.TooMuch as problem:
            words = str(problem)
    assert "Shorten its texts" in words or "Too dear" in words


def test_a_table_of_two_thousand_rows_is_refused_before_it_is_laid_out() -> None:
    rows = "<tr><th scope=row>a</th><td>1</td><td>2</td><td>3</td></tr>" * 2_000
    with in_time(3), pytest.raises(engine.TooMuch, match="cells and paragraphs"):
        sheets.make(f"<table>{rows}</table>")


def test_a_megabyte_of_words_is_refused_before_it_is_laid_out() -> None:
    with in_time(3), pytest.raises(engine.TooMuch, match="at most 300,000"):
        sheets.make(f"<p>{FLOODS['words']}</p>")
    with in_time(3), pytest.raises(engine.TooMuch, match="drawings"):
        sheets.make("", {"a.svg": f"<svg>{'<path/>' * 100_000}</svg>"})


def test_the_most_that_is_let_in_is_laid_out_in_time() -> None:
    """Elements and characters at their bounds together; nothing between is slower."""
    words = "Together we pay less. " * 200
    cells = "<tr><th scope=row>Name</th>" + "<td>+1,234</td>" * 11 + "</tr>"
    body = f"<p>{words}</p>" * 25 + f"<table class=figures>{cells * 300}</table>"
    page = sheets.page(body)
    assert len(page) > 0.5 * typesetter.MOST_CHARACTERS
    assert page.count("</") > 0.45 * typesetter.MOST_ELEMENTS
    with in_time():
        assert engine.make_pdf(page, {})


def test_too_many_pages_are_refused() -> None:
    with in_time(), pytest.raises(engine.TooMuch, match="pages: 81"):
        sheets.make('<p style="break-after: page">x</p>' * 80 + "<p>x</p>")


def test_users_words_cannot_nest_anything() -> None:
    version = sheets.make_version()
    flood(version, "</p></div></section><div>" * 30)
    html = engine.own_html(sheets.paper_of(ProposalVersion.objects.get(pk=version.pk)), whole=True)
    calm = engine.own_html(sheets.paper_of(sheets.make_version()), whole=True)
    depths = [max_depth(one) for one in (html, calm)]
    assert depths[0] <= depths[1] + 1
    assert "&lt;/section&gt;" in html


def max_depth(html: str) -> int:
    """How deep the elements of a page lie in one another."""
    sheet = typesetter.Sheet(string=html, url_fetcher=typesetter.Fetcher({}))

    def below(element: object) -> int:
        return 1 + max((below(child) for child in element), default=0)  # type: ignore[attr-defined]  # a tree

    return below(sheet.etree_element)


def test_one_refused_document_leaves_the_others_alone() -> None:
    version = sheets.make_version()
    MemberInput.objects.filter(proposal=version.proposal).update(annual_cost=Decimal(1))
    makers.make_approved(version)
    first, second = version.documents.all()
    bound = Annex.objects.get(version=version, participant=first.participant)
    Statement.objects.bulk_create(
        Statement(annex=bound, kind="exit", text="A long way out. " * 60) for _ in range(900)
    )
    assert press.render(first.pk) == Document.State.FAILED
    assert press.render(second.pk) == Document.State.RENDERED
    first.refresh_from_db()
    assert "too long" in first.last_error
    assert first.attempts == 1
