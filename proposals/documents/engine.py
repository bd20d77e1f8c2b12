"""WeasyPrint, closed: it loads our own packaged files and the pictures handed to it, and nothing else."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from proposals.documents.context import Common, Paper

FONT_FOLDER = Path("/usr/share/fonts/truetype/noto")
VARIANT = "pdf/a-3a"
#: An annex within its bounds never comes near; beyond, something is wrong and nothing is kept.
MOST_PAGES = 80
UA = b'<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>'
#: Pango and Fontconfig do not bear two threads at once.
_ONE_AT_A_TIME = threading.Lock()


class Unprintable(Exception):
    """The paper cannot be set: it asks for something foreign, or for too much."""


class Busy(Exception):
    """Another paper is being set in this process and does not end soon."""


class Fetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
    """Hands out named assets; every other address stops the rendering."""

    def __init__(self, assets: Mapping[str, tuple[bytes, str]]) -> None:
        super().__init__(timeout=1, allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)
        self._assets = dict(assets)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """The asset of that name, or the end."""
        if url in self._assets:
            content, kind = self._assets[url]
            return URLFetcherResponse(url, content, {"Content-Type": kind})
        raise FatalURLFetchingError(f"not an asset of this document: {url[:100]}")


def print_paper(paper: Paper, *, wait: float = 60) -> bytes:
    """One recipient's PDF, accessible and archival in one file; raises Unprintable or Busy."""
    with translation.override(paper.language):
        own = render_to_string("proposals/pdf/own.html", {"paper": paper, "common": paper.common})
    fetcher = Fetcher(_assets(_pictures(paper)))
    with _alone(wait):
        return _write(bind(own, paper.common, fetcher))


def make_pdf(html: str, pictures: Mapping[str, str], *, wait: float = 60) -> bytes:
    """PDF/A-3a and PDF/UA-1 from our own HTML; pictures are SVGs of our own drawing by asset name."""
    with _alone(wait):
        return _write(_lay_out(html, Fetcher(_assets(pictures))))


@contextmanager
def _alone(wait: float) -> Iterator[None]:
    """Nobody else sets a paper in this process meanwhile; what stops the typesetter is Unprintable."""
    if not _ONE_AT_A_TIME.acquire(timeout=wait):
        raise Busy
    try:
        yield
    except FatalURLFetchingError as problem:
        raise Unprintable(f"blocked resource: {problem}") from problem
    except RecursionError as problem:
        raise Unprintable("nested too deeply") from problem
    finally:
        _ONE_AT_A_TIME.release()


def bind(own: str, common: Common, fetcher: Fetcher) -> Any:
    """The recipient's own pages and then the common ones, numbered through; the common part is laid out once
    for each number of pages before it."""
    behind = _common_pages(common)
    ahead = _lay_out(own, fetcher, total=behind + _usual(common))
    if len(ahead.pages) != _usual(common):
        _USUAL[common] = len(ahead.pages)
        ahead = _lay_out(own, fetcher, total=behind + len(ahead.pages))
    shared = _common(common, len(ahead.pages))
    return ahead.copy([*ahead.pages, *shared.pages])


#: How many pages of their own the papers of a version have; recipients mostly have the same number.
_USUAL: dict[Common, int] = {}


def _usual(common: Common) -> int:
    return _USUAL.get(common, 4)


def _common_pages(common: Common) -> int:
    return len(_common(common, _usual(common)).pages)


@lru_cache(maxsize=4)
def _common(common: Common, ahead: int) -> Any:
    """The common part behind so many pages."""
    with translation.override(common.language):
        html = render_to_string("proposals/pdf/sheet.html", {"common": common})
    count = len(_lay_out(html, Fetcher({})).pages)
    return _lay_out(html, Fetcher({}), first=ahead + 1, total=ahead + count)


def _lay_out(html: str, fetcher: Fetcher, *, first: int = 1, total: int = 0) -> Any:
    fonts, css = _tools()
    sheets = [css, *([_numbering(first, total)] if total else [])]
    return HTML(string=html, url_fetcher=fetcher).render(
        stylesheets=sheets, font_config=fonts, pdf_variant=VARIANT
    )


@cache
def _numbering(first: int, total: int) -> CSS:
    """Pages count on from those before, and say how many there are in the whole paper."""
    fonts, _css = _tools()
    rules = f'@page :first {{ counter-set: page {first} }} .page-count::after {{ content: "{total}" }}'
    return CSS(string=rules, font_config=fonts, url_fetcher=Fetcher({}))


def _write(document: Any) -> bytes:
    if len(document.pages) > MOST_PAGES:
        raise Unprintable(f"{len(document.pages)} pages")
    _also_accessible(document.metadata)
    with warnings.catch_warnings():
        # WeasyPrint 70 leaves its colour profile open until the garbage goes.
        warnings.simplefilter("ignore", ResourceWarning)
        pdf: bytes = document.write_pdf(pdf_variant=VARIANT)
    return pdf


def _assets(pictures: Mapping[str, str]) -> dict[str, tuple[bytes, str]]:
    return {f"asset:{name}": (svg.encode(), "image/svg+xml") for name, svg in pictures.items()}


def _also_accessible(metadata: Any) -> None:
    """WeasyPrint writes one standard into the metadata; the file meets PDF/UA-1 too and says so."""
    archival = metadata.generate_rdf_metadata

    def both(*args: Any) -> bytes:
        rdf: bytes = archival(*args)
        return rdf.replace(b"</rdf:RDF>", UA + b"</rdf:RDF>")

    metadata.generate_rdf_metadata = both


def _pictures(paper: Paper) -> dict[str, str]:
    found = {f"chart-{n}.svg": one.chart.svg for n, one in enumerate(paper.money) if one.chart}
    return found | ({"map.svg": paper.map.svg} if paper.map else {})


@cache
def _tools() -> tuple[FontConfiguration, CSS]:
    """Fonts and style sheet, read once per process."""
    with _own_fonts():
        fonts = FontConfiguration()
    style = resources.files("proposals.documents").joinpath("assets", "paper.css").read_text("utf-8")
    return fonts, CSS(string=style, font_config=fonts, url_fetcher=Fetcher({}))


@contextmanager
def _own_fonts() -> Iterator[None]:
    """Let Fontconfig read our own list of fonts; where they are not installed, the system's."""
    if not FONT_FOLDER.is_dir():
        yield
        return
    folder = Path(settings.VAR_DIR) / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    config = resources.files("proposals.documents").joinpath("assets", "fonts.conf").read_text("utf-8")
    path = folder / f"fonts-{os.getpid()}.conf"
    path.write_text(config.replace("CACHE", str(folder / "cache")), "utf-8")
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before
