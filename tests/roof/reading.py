"""What pages, letters and papers say, apart from what people typed and from addresses."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.apps import apps
from django.db import models
from django.utils.translation import trans_real

from imc_portal.translations import ROOT, catalogues, compile_catalogue
from partners import places

FILE = re.compile(r"https?://\S+|\S+\.(?:pdf|ics|zip|json|csv|geojson)\b")
SKIPPED = frozenset({"script", "style", "svg"})
SPOKEN = frozenset({"alt", "aria-label", "title", "placeholder", "data-label", "data-unit", "value"})


def compile_all() -> None:
    """The catalogues as they are now, also where nobody ran make."""
    for source in catalogues(ROOT):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            fresh = target.with_suffix(f".{os.getpid()}.new")
            compile_catalogue(source, fresh)
            fresh.replace(target)
            trans_real._translations.clear()  # type: ignore[attr-defined]  # Django's cache of catalogues


class Reader(HTMLParser):
    """What a page says, to the eye and to the ear; what it marks as another language is left out."""

    VOID = frozenset({"input", "br", "img", "meta", "link", "hr", "col", "wbr"})

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.said: list[str] = []
        self.path: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        foreign = known.get("lang") not in (None, self.language)
        hidden = tag in SKIPPED or foreign or (bool(self.path) and self.path[-1])
        if tag not in self.VOID:
            self.path.append(hidden)
        speaks = not hidden and not (tag == "input" and known.get("type") == "hidden")
        if speaks and tag != "option":
            worded = tag == "input" and known.get("type") == "submit"
            spoken = SPOKEN if worded else SPOKEN - {"value"}
            self.said += [known[name] or "" for name in spoken & known.keys()]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self.path:
            self.path.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self.path and self.path[-1]):
            self.said.append(" ".join(data.split()))


def said_by(page: str, language: str = "fr") -> list[str]:
    """The texts of a page, in order."""
    reader = Reader(language)
    reader.feed(page)
    return reader.said


def typed() -> list[str]:
    """Everything that people typed: the texts of records, longest first; not codes and not the catalogue."""
    found: set[str] = set()
    for label in ("core", "partners", "proposals", "meetings"):
        for model in apps.get_app_config(label).get_models():
            names = [] if model._meta.model_name == "function" else list(texts_in(model))
            for row in model._default_manager.values_list(*names) if names else ():
                found |= {line for text in row if text for line in [text, *str(text).splitlines()]}
    # The portal holds these names for a while: they may be those of another test.
    found |= {*places.counties(), *(region.name for region in places.regions())}
    return sorted((text for text in found if len(text) > 3), key=len, reverse=True)


def texts_in(model: type[models.Model]) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        plain = isinstance(field, models.CharField | models.TextField) and not field.choices
        if plain and field.name not in {"verb", "opened_because"}:
            yield field.name
