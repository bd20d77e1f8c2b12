"""Pages that papers share are painted once, and look, read and are tagged as if painted for each."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from proposals.documents import binding, engine, painting
from proposals.documents.binding import Place
from proposals.documents.typesetter import alone, lay_out, write
from tests.proposals import sheets

pytestmark = pytest.mark.slow

SHARED = """<section><h2>The same for all</h2><p>Ågerup &amp; Bélfort: fünf Körbe, žluť, Миколаїв, Ελλάδα.</p>
<table><thead><tr><th scope="col">Town</th><th scope="col">Cost</th></tr></thead>
<tbody><tr><th scope="row">Arbois</th><td>1,234</td></tr></tbody></table>
<p style="color: rgb(20 40 60 / 40%)">pale</p></section>"""
PICTURE = '<img src="asset:a.svg" alt="A triangle">'
HATCHED = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><defs><pattern id="p" width="2" height="2"'
    ' patternUnits="userSpaceOnUse"><path d="M0 2 2 0" stroke="#000"/></pattern></defs>'
    '<path d="M0 0h9v9z" fill="url(#p)"/></svg>'
)


def laid(body: str, pictures: dict[str, str] | None = None) -> Any:
    return lay_out(sheets.page(body), pictures or {}, Place())


def bound(words: str, pages: Any) -> bytes:
    """A paper of one own page with these words, and the shared pages."""
    ahead = laid(f"<p>{words}</p>")
    return write(ahead.copy([*ahead.pages, *pages]))


def seen(pdf: bytes, folder: Path) -> list[bytes]:
    (folder / "paper.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "60", folder / "paper.pdf", folder / "page"], check=True, timeout=60)
    return [path.read_bytes() for path in sorted(folder.glob("page*.ppm"))]


def tags(pdf: bytes) -> list[str]:
    with sheets.opened(pdf) as found:
        return [str(node.get("/S", "")) for node in sheets.structure(found.Root.StructTreeRoot.K[0])]


def test_the_second_paper_has_the_page_as_if_it_were_painted_for_it(tmp_path: Path) -> None:
    with alone(5):
        once = [painting.painted_once(page) for page in laid(SHARED).pages]
        bound("Quick brown foxes jump.", once)
        second = bound("Другий папір: zwölf Boxkämpfer.", once)
        anew = bound("Другий папір: zwölf Boxkämpfer.", laid(SHARED).pages)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert seen(second, tmp_path / "a") == seen(anew, tmp_path / "b")
    assert sheets.words_of(second) == sheets.words_of(anew)
    assert "Бokс" not in sheets.words_of(second)
    assert "Миколаїв, Ελλάδα" in sheets.words_of(second)
    assert tags(second) == tags(anew)
    assert {"/Table", "/TH", "/H2"} <= set(tags(second))


def test_what_came_before_on_the_press_changes_no_byte() -> None:
    with alone(5):
        used = [painting.painted_once(page) for page in laid(SHARED).pages]
        for words in ("First.", "Zweites Papier: Größe.", "Third, in Town."):
            bound(words, used)
        after = bound("Mine.", used)
        fresh = bound("Mine.", [painting.painted_once(page) for page in laid(SHARED).pages])
    assert after == fresh


def test_it_is_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with alone(5):
        pages = laid(SHARED).pages
        painted: list[float] = []
        for page in pages:
            original = page.paint

            def counted(stream: Any, scale: float = 1, original: Any = original) -> None:
                painted.append(scale)
                original(stream, scale)

            monkeypatch.setattr(page, "paint", counted)
            painting.painted_once(page)
        for words in ("one", "two", "three"):
            bound(words, pages)
    assert len(painted) == len(pages)


def test_a_page_with_a_pattern_is_painted_for_each_paper(tmp_path: Path) -> None:
    with alone(5):
        pages = [painting.painted_once(page) for page in laid(PICTURE, {"a.svg": HATCHED}).pages]
        first, second = bound("one", pages), bound("one", pages)
        anew = bound("one", laid(PICTURE, {"a.svg": HATCHED}).pages)
    assert pages[0].paint._marks[0.75] is None
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert seen(first, tmp_path / "a") == seen(anew, tmp_path / "b")
    assert first == second


@pytest.mark.django_db
def test_the_common_part_of_real_papers_can_be_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    version = sheets.make_version()
    binder = binding.Binder()
    monkeypatch.setattr(engine, "_BINDER", binder)
    for index in range(2):
        engine.print_paper(sheets.paper_of(version, index))
    kept = [page for one in binder._kept.values() for pages in one.pages.values() for page in pages]
    marks = [found for page in kept for found in page.paint._marks.values()]
    assert marks
    assert None not in marks
