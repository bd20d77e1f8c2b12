"""Papers from the database to the stored file, against WeasyPrint's own render of the same whole documents.

Processor time of this process for the first two, interleaved in blocks; real workers on the real broker for
the rest. BENCH_DOCUMENTS=50 (or so) in the environment makes all of it shorter.
"""

from __future__ import annotations

import itertools
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from weasyprint import HTML

from proposals.documents import content, engine, press, typesetter
from proposals.models import Annex, Document, ProposalVersion
from tests.bench import papers
from tests.bench.workers import Shift

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "200"))
#: A group as most are, of which so many papers are printed.
MEMBERS, USUAL = 5, 40
#: So many of ours beside one of the reference's, again and again.
BLOCK = 10
COLD = 3
#: Documents after which a worker has loaded all it needs.
SETTLED = 50
Rows = list[dict[str, Any]]
Prepared = tuple[str, dict[str, str]]


def run() -> Rows:
    """Processor time against a warm loop and a cold process; two workers against one; memory."""
    papers.lay_ground()
    return [
        *_against(papers.TO_MANY, DOCUMENTS + 1, DOCUMENTS),
        *_against(papers.WRITERS[0], MEMBERS, min(USUAL, DOCUMENTS)),
        *_workers(),
    ]


def _against(writer: str, members: int, count: int) -> Rows:
    """So many papers of one proposal, each recipient's own while they last."""
    version = papers.approved(writer, members, functions=papers.AREAS[:1])
    annexes = version.annexes.all()[: max(count // BLOCK, COLD)]
    prepared = [_prepare(annex) for annex in annexes]
    ours, reference, ratio = _interleaved(version, prepared, count)
    cold = statistics.mean(_cold(one) for one in prepared[:COLD])
    pages = statistics.mean(one.pages or 0 for one in version.documents.exclude(pages=None))
    name = f"one of {count} papers for {members - 1} recipients, {pages:.0f} pages"
    return [
        _row(f"{name}, against WeasyPrint warm", ours, reference, 0.75, "ms CPU", count, ratio),
        _row(f"{name}, against a cold process", ours, cold, 0.2, "ms CPU", COLD),
    ]


def _row(
    name: str, ours: float, reference: float, goal: float, unit: str, n: int, ratio: float | None = None
) -> dict[str, Any]:
    figures = {"ratio": ratio or ours / reference, "goal": goal, "ours": ours, "reference": reference}
    return {"name": name, **{key: round(value, 3) for key, value in figures.items()}, "unit": unit, "n": n}


# --- in this process ------------------------------------------------------------------


def _interleaved(
    version: ProposalVersion, prepared: Sequence[Prepared], count: int
) -> tuple[float, float, float]:
    """Milliseconds of processor time for one document, ours and the reference; the median of their ratios."""
    found = list(version.documents.all())
    documents, block = itertools.cycle(found), min(BLOCK, len(found))
    sources = itertools.cycle(prepared)
    _print([next(documents)])
    _render(next(sources))
    blocks = []
    for _round in range(max(count // block, 1)):
        batch = [next(documents) for _ in range(block)]
        put_back(batch)
        begun = time.process_time()
        _print(batch)
        turned = time.process_time()
        _render(next(sources))
        blocks.append(((turned - begun) / block, time.process_time() - turned))
    ours, reference = (1000 * statistics.mean(times) for times in zip(*blocks, strict=True))
    return ours, reference, statistics.median(mine / theirs for mine, theirs in blocks)


def put_back(batch: Sequence[Document]) -> None:
    """Let them wait for the press again, as if they had never been printed."""
    for name in Document.objects.filter(pk__in=[one.pk for one in batch]).values_list("file_name", flat=True):
        if name:
            storages["documents"].delete(name)
    Document.objects.filter(pk__in=[one.pk for one in batch]).update(
        state=Document.State.QUEUED, attempts=0, file_name="", sha256="", rendered_at=None
    )


def _print(batch: Sequence[Document]) -> None:
    for document in batch:
        if press.render(document.pk) != Document.State.RENDERED:
            document.refresh_from_db()
            raise RuntimeError(f"not printed: {document.last_error}")


def _prepare(annex: Annex) -> Prepared:
    """The same words and pictures as one document, put together beforehand: the reference only prints."""
    paper = content.compose(annex)
    return engine.own_html(paper, whole=True), engine.pictures_of(paper)


def _render(source: Prepared) -> bytes:
    """WeasyPrint as its manual says: fonts and style sheet shared, one call for one document."""
    html, pictures = source
    tools = typesetter.tools()
    found: bytes = HTML(string=html, url_fetcher=typesetter.Fetcher(pictures)).write_pdf(
        stylesheets=[tools.dress], font_config=tools.fonts, pdf_variant=typesetter.VARIANT
    )
    return found


def _cold(source: Prepared) -> float:
    """Milliseconds of processor time of WeasyPrint's command on the same document."""
    html, pictures = source
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "paper.html").write_text(html.replace("asset:", ""), "utf-8")
        for picture, svg in pictures.items():
            (folder / picture).write_text(svg, "utf-8")
        style = Path(typesetter.__file__).parent / "assets" / "paper.css"
        command = [sys.executable, "-m", "weasyprint", "-s", str(style), "--pdf-variant", typesetter.VARIANT]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [*command, str(folder / "paper.html"), str(folder / "paper.pdf")], check=True, capture_output=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if not (folder / "paper.pdf").stat().st_size:
            raise RuntimeError("the command wrote nothing")
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


# --- real workers ---------------------------------------------------------------------


def _workers() -> Rows:
    """Five versions printed side by side: one worker alone, then two; the first goes on to the end."""
    small = [papers.approved(code, 3, functions=papers.AREAS[:1]) for code in papers.WRITERS[1:]]
    documents = papers.queued(small)
    with Shift(documents, put_back) as shift:
        first = shift.hire()
        shift.print(SETTLED)
        early, _count = first.peak(), first.printed()
        alone = shift.print(DOCUMENTS // 2)
        shift.hire()
        shift.print(20)
        together = shift.print(DOCUMENTS)
        rest = 5 * DOCUMENTS - first.printed()
        if rest > 0:
            shift.print(2 * rest)
        late, printed = first.peak(), first.printed()
    unit = "s for a document"
    grown = f"peak memory of a worker after {printed} documents against {SETTLED}"
    return [
        _row("two worker processes against one", 1 / together, 1 / alone, 1 / 1.8, unit, DOCUMENTS),
        _row(grown, late, early, 1.2, "MB", printed),
    ]
