"""From values to a PDF: the one door to the typesetter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from proposals.documents.binding import Binder, Place
from proposals.documents.context import Common, Paper
from proposals.documents.painting import painted_once
from proposals.documents.refusals import Busy, TooMuch, Unprintable

__all__ = ["Busy", "TooMuch", "Unprintable", "make_pdf", "print_paper", "set_paper"]

MOST_DATA = 2_000_000
_BINDER = Binder()


@cache
def _typesetter() -> ModuleType:
    """Loaded with the first paper: WeasyPrint takes most of a second, and most processes never print.

    Those that do have loaded it before they are forked (imc_portal.workshop, imc_portal.wsgi).
    """
    return import_module("proposals.documents.typesetter")


class Printed(NamedTuple):
    """A file and how many pages it has."""

    content: bytes
    pages: int


def print_paper(paper: Paper, *, wait: float = 60) -> bytes:
    """One recipient's PDF, accessible and archival in one file; raises Unprintable or Busy."""
    return set_paper(paper, wait=wait).content


def set_paper(paper: Paper, *, wait: float = 60) -> Printed:
    """The same with its number of pages; the paper as data is attached."""
    html, pictures, data = own_html(paper), pictures_of(paper), _data(paper)
    setter = _typesetter()
    with setter.alone(wait):
        document = _BINDER.bind(
            paper.common, lambda place: setter.lay_out(html, pictures, place), _lay_out_common
        )
        return Printed(setter.write(document, *data), len(document.pages))


def make_pdf(html: str, pictures: Mapping[str, str], *, wait: float = 60) -> bytes:
    """PDF/A-3a and PDF/UA-1 from our own HTML; pictures are SVGs of our own drawing by asset name."""
    setter = _typesetter()
    with setter.alone(wait):
        pdf: bytes = setter.write(setter.lay_out(html, pictures))
    return pdf


def own_html(paper: Paper, *, whole: bool = False) -> str:
    """The recipient's own part; `whole` with the common one behind it in the same document."""
    with translation.override(paper.language):
        words = {"paper": paper, "common": paper.common, "whole": whole}
        return render_to_string("proposals/pdf/own.html", words)


def pictures_of(paper: Paper) -> dict[str, str]:
    """The drawings of the paper by asset name."""
    drawn = {"map": paper.map}
    for number, one in enumerate(paper.money):
        drawn |= {f"chart-{number}": one.chart, f"years-{number}": one.course}
    return {f"{name}.svg": picture.svg for name, picture in drawn.items() if picture}


def _data(paper: Paper) -> list[Any]:
    """For machines; dated like the paper, so that the same paper is the same bytes."""
    if not paper.data:
        return []
    if len(paper.data) > MOST_DATA:
        raise TooMuch(_("characters of data"), len(paper.data), MOST_DATA)
    created = dt.datetime.fromisoformat(paper.created).astimezone(dt.UTC)
    name, words = "proposal-data.json", _("This proposal as data")
    return [
        _typesetter().Attachment(
            string=paper.data,
            name=name,
            description=words,
            created=created,
            modified=created,
            relationship="Data",
        )
    ]


def _lay_out_common(common: Common, place: Place) -> Any:
    with translation.override(common.language):
        html = render_to_string("proposals/pdf/sheet.html", {"common": common})
        document = _typesetter().lay_out(html, {}, place)
    for page in document.pages:
        painted_once(page)
    return document
