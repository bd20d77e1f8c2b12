"""PDFs under the eyes of tests: pages of a few words, opened files, their structure and their letters."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from typing import Any

import pikepdf

from partners.models import Municipality
from proposals.documents import engine
from proposals.documents.content import compose
from proposals.documents.context import Paper
from proposals.models import ProposalVersion
from tests import makers

SQUARE = {"type": "Polygon", "coordinates": [[[5.5, 46.6], [5.6, 46.6], [5.6, 46.7], [5.5, 46.6]]]}


def make_version(recipients: int = 2, **fields: Any) -> ProposalVersion:
    """A draft of Bletterans to so many others, all with an outline."""
    case = makers.make_case(makers.make_municipality("Bletterans", population=17_000, boundary=SQUARE))
    for number in range(recipients):
        town: Municipality = makers.make_municipality(
            f"Town {number}", population=3_000, boundary=SQUARE, **fields
        )
        makers.make_participant(case, town)
    return makers.make_draft(case, recipients=0)


def paper_of(version: ProposalVersion, index: int = 0, language: str = "") -> Paper:
    """The paper of one recipient."""
    return compose(version.annexes.all()[index], language)


def page(body: str, *, language: str = "en", head: str = "<title>A page</title>", more: str = "") -> str:
    """A whole page around a body."""
    begun = f'<!doctype html><html lang="{language}"{more}><head>{head}</head>'
    return f"{begun}<body><h1>x</h1>{body}</body></html>"


def make(body: str, pictures: dict[str, str] | None = None, **fields: str) -> bytes:
    """A PDF of a body."""
    return engine.make_pdf(page(body, **fields), pictures or {})


def opened(pdf: bytes) -> pikepdf.Pdf:
    """For looking into."""
    return pikepdf.open(io.BytesIO(pdf))


def words_of(pdf: bytes) -> str:
    """The text as a reader's machine finds it, on one line."""
    found = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60)
    return " ".join(found.stdout.decode().split())


def structure(node: Any) -> Iterator[Any]:
    """All structure elements below, in reading order."""
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from structure(child)


def elements(pdf: pikepdf.Pdf, kind: str) -> list[Any]:
    """All structure elements of a kind."""
    return [node for node in structure(pdf.Root.StructTreeRoot) if str(node.S) == f"/{kind}"]
