"""WeasyPrint, closed: it loads our own packaged files and the pictures handed to it, and nothing else."""

from __future__ import annotations

import gc
import logging
import re
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from weasyprint import CSS, HTML, Attachment
from weasyprint.css.counters import CounterStyle
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from proposals.documents.accessible import lacking
from proposals.documents.binding import Place
from proposals.documents.fonts import drawable, own_fonts
from proposals.documents.lettering import whole_words
from proposals.documents.printing import finish
from proposals.documents.refusals import Busy, TooMuch, Unprintable

VARIANT = "pdf/a-3a"
#: A paper within its bounds never comes near; beyond, something is wrong and nothing is kept.
MOST_PAGES = 80
#: Of each part. A thousand characters cost some 8 ms, an element 0.4 ms: a part at both bounds, six seconds.
MOST_CHARACTERS = 300_000
MOST_ELEMENTS = 8_000
#: Characters of all drawings together; a map has at most 60,000.
MOST_DRAWN = 600_000
UA = b'<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>'
#: No drawing can be read with these in a name, nor read the right way round.
_FOREIGN_TO_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
#: Pango and Fontconfig do not bear two threads at once.
_ONE_AT_A_TIME = threading.Lock()


class Fetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
    """Hands out named pictures; every other address stops the rendering."""

    def __init__(self, pictures: Mapping[str, str]) -> None:
        super().__init__(timeout=1, allowed_protocols=("asset",), allow_redirects=False, fail_on_errors=True)
        self._pictures = {
            f"asset:{name}": drawable(_FOREIGN_TO_XML.sub("", svg)).encode() for name, svg in pictures.items()
        }

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """The picture of that name, or the end."""
        if url in self._pictures:
            return URLFetcherResponse(url, self._pictures[url], {"Content-Type": "image/svg+xml"})
        raise FatalURLFetchingError(f"not an asset of this document: {url[:100]}")


@contextmanager
def _unswept() -> Iterator[None]:
    """A paper is half a million objects that live to its end: looking for garbage meanwhile costs a seventh
    of the time and finds none. Afterwards all of them are looked at once, and nothing older."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if enabled:
            gc.enable()


class Sheet(HTML):  # type: ignore[misc]  # as above
    """Our HTML with our own idea of what its elements are."""

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [tools().elements]


class Tools(NamedTuple):
    """What is read once per process."""

    fonts: FontConfiguration
    elements: CSS
    dress: CSS


class _Complaints(logging.Handler):
    """WeasyPrint goes on without a picture it cannot draw and says so in the log; a paper does not."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Remember the first."""
        self.first = self.first or record.getMessage()


def refuse_too_much(html: str, pictures: Mapping[str, str]) -> None:
    """Every bound is checked before the layout begins, because a layout cannot be stopped in between."""
    bounds = (
        (_("characters"), len(html), MOST_CHARACTERS),
        (_("cells and paragraphs"), html.count("</"), MOST_ELEMENTS),
        (_("characters of drawings"), sum(map(len, pictures.values())), MOST_DRAWN),
    )
    for what, found, most in bounds:
        if found > most:
            raise TooMuch(what, found, most)


@contextmanager
def alone(wait: float) -> Iterator[None]:
    """Nobody else sets a paper in this process meanwhile; what stops the typesetter is Unprintable."""
    if not _ONE_AT_A_TIME.acquire(timeout=wait):
        raise Busy
    complaints = _Complaints()
    LOGGER.addHandler(complaints)
    try:
        with whole_words(), _unswept():
            yield
        if complaints.first:
            raise Unprintable(complaints.first[:500])
    except FatalURLFetchingError as problem:
        raise Unprintable(f"blocked resource: {problem}") from problem
    except RecursionError as problem:
        raise Unprintable("nested too deeply") from problem
    finally:
        LOGGER.removeHandler(complaints)
        _ONE_AT_A_TIME.release()


def lay_out(html: str, pictures: Mapping[str, str], place: Place | None = None) -> Any:
    """Pages of our own HTML, numbered as their place says."""
    refuse_too_much(html, pictures)
    sheet = Sheet(string=drawable(html), url_fetcher=Fetcher(pictures))
    if missing := list(lacking(sheet.etree_element)):
        raise Unprintable(f"without {', '.join(missing[:5])}")
    counters, numbering = _numbering(place or Place())
    return sheet.render(
        stylesheets=[tools().dress, numbering],
        font_config=tools().fonts,
        counter_style=counters,
        pdf_variant=VARIANT,
    )


def write(document: Any, *attached: Attachment) -> bytes:
    """The file, archival and accessible in one."""
    if len(document.pages) > MOST_PAGES:
        raise TooMuch(_("pages"), len(document.pages), MOST_PAGES)
    document.metadata.attachments = list(attached)
    _also_accessible(document.metadata)
    with warnings.catch_warnings():
        # WeasyPrint 70 leaves its colour profile open until the garbage goes.
        warnings.simplefilter("ignore", ResourceWarning)
        pdf: bytes = document.write_pdf(pdf_variant=VARIANT, finisher=finish)
    return pdf


@cache
def tools() -> Tools:
    """Fonts and style sheets."""
    with own_fonts():
        fonts = FontConfiguration()
    return Tools(fonts, _sheet("elements.css", fonts), _sheet("paper.css", fonts))


def _sheet(name: str, fonts: FontConfiguration) -> CSS:
    rules = resources.files("proposals.documents").joinpath("assets", name).read_text("utf-8")
    return CSS(string=rules, font_config=fonts, url_fetcher=Fetcher({}))


@lru_cache(maxsize=64)
def _numbering(place: Place) -> tuple[CounterStyle, CSS]:
    """Counters that go on from the pages ahead, and count those of the whole paper.

    They are names for the part's own numbers, so no part has to know how long it is before it is laid out.
    """
    fonts = tools().fonts
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
