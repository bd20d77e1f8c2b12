"""WeasyPrint, closed: it loads our own packaged files and the pictures handed to it, and nothing else."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from proposals.documents.fonts import own_fonts

VARIANT = "pdf/a-3a"
#: A paper within its bounds never comes near; beyond, something is wrong and nothing is kept.
MOST_PAGES = 80
UA = b'<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>'
#: Pango and Fontconfig do not bear two threads at once.
_ONE_AT_A_TIME = threading.Lock()


class Unprintable(Exception):
    """The paper cannot be set: it asks for something foreign, or for too much."""


class Busy(Exception):
    """Another paper is being set in this process and does not end soon."""


class Fetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
    """Hands out named pictures; every other address stops the rendering."""

    def __init__(self, pictures: Mapping[str, str]) -> None:
        super().__init__(timeout=1, allowed_protocols=("asset",), allow_redirects=False, fail_on_errors=True)
        self._pictures = {f"asset:{name}": svg.encode() for name, svg in pictures.items()}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """The picture of that name, or the end."""
        if url in self._pictures:
            return URLFetcherResponse(url, self._pictures[url], {"Content-Type": "image/svg+xml"})
        raise FatalURLFetchingError(f"not an asset of this document: {url[:100]}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands in the whole paper: so many pages come ahead of it, so many behind it."""

    ahead: int = 0
    behind: int = 0


@contextmanager
def alone(wait: float) -> Iterator[None]:
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


def lay_out(html: str, pictures: Mapping[str, str], place: Place | None = None) -> Any:
    """Pages of our own HTML, numbered as their place says."""
    fonts, css = tools()
    counters, numbering = _numbering(place or Place())
    return HTML(string=html, url_fetcher=Fetcher(pictures)).render(
        stylesheets=[css, numbering], font_config=fonts, counter_style=counters, pdf_variant=VARIANT
    )


def write(document: Any) -> bytes:
    """The file, archival and accessible in one."""
    if len(document.pages) > MOST_PAGES:
        raise Unprintable(f"{len(document.pages)} pages")
    _also_accessible(document.metadata)
    with warnings.catch_warnings():
        # WeasyPrint 70 leaves its colour profile open until the garbage goes.
        warnings.simplefilter("ignore", ResourceWarning)
        pdf: bytes = document.write_pdf(pdf_variant=VARIANT)
    return pdf


@cache
def tools() -> tuple[FontConfiguration, CSS]:
    """Fonts and style sheet, read once per process."""
    with own_fonts():
        fonts = FontConfiguration()
    style = resources.files("proposals.documents").joinpath("assets", "paper.css").read_text("utf-8")
    return fonts, CSS(string=style, font_config=fonts, url_fetcher=Fetcher({}))


@lru_cache(maxsize=64)
def _numbering(place: Place) -> tuple[CounterStyle, CSS]:
    """Counters that go on from the pages ahead, and count those of the whole paper.

    They are names for the part's own numbers, so no part has to know how long it is before it is laid out.
    """
    fonts, _css = tools()
    counters = CounterStyle()
    rules = (
        f"@counter-style folio {{ system: fixed 1; symbols: {_names(place.ahead)} }}"
        f"@counter-style whole {{ system: fixed 1; symbols: {_names(place.ahead + place.behind)} }}"
        ".page-number::after { content: counter(page, folio) }"
        ".page-count::after { content: counter(pages, whole) }"
    )
    return counters, CSS(string=rules, font_config=fonts, counter_style=counters, url_fetcher=Fetcher({}))


def _names(offset: int) -> str:
    return " ".join(f'"{number + offset}"' for number in range(1, MOST_PAGES + 1))


def _also_accessible(metadata: Any) -> None:
    """WeasyPrint writes one standard into the metadata; the file meets PDF/UA-1 too and says so."""
    archival = metadata.generate_rdf_metadata

    def both(*args: Any) -> bytes:
        rdf: bytes = archival(*args)
        return rdf.replace(b"</rdf:RDF>", UA + b"</rdf:RDF>")

    metadata.generate_rdf_metadata = both
