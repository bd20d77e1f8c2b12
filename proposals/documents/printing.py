"""The bytes of a file: each object written down once.

WeasyPrint's writer puts every object into words twice, the second time for the checksum in the file's
identifier, and compresses all streams again on the way. The bytes are the same.
"""

from __future__ import annotations

from typing import Any

import pydyf


class Written(pydyf.Object):  # type: ignore[misc]  # pydyf carries no types
    """An object of the file, in words for good."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self.number, self.generation, self.free = source.number, source.generation, source.free
        self._compressible = source.compressible
        self._data = source.data

    @property
    def data(self) -> bytes:
        """The words."""
        return bytes(self._data)

    @property
    def compressible(self) -> bool:
        """Whether it may stand in a stream of objects."""
        return bool(self._compressible)


def finish(document: Any, pdf: Any) -> None:
    """WeasyPrint's finisher: mend what it leaves, then put everything into words for good."""
    if "AF" in pdf.catalog:
        # Each attached file is named twice.
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    give_scopes(document)
    put_into_words(pdf)


def give_scopes(document: Any) -> None:
    """A heading of a table says whether it is one of a row or of a column, as it does in the page."""
    for page in document.pages:
        for box in page._page_box.descendants():
            if box.element_tag == "th" and (mark := getattr(box, "mark", None)) is not None:
                rowwise = box.element.get("scope", "").startswith("row")
                mark["A"]["Scope"] = "/Row" if rowwise else "/Column"


def put_into_words(pdf: Any) -> None:
    """Each object once."""
    first, *others = pdf.objects
    # The first is the free object that every table of objects begins with; it has no words.
    pdf.objects[:] = [first, *(Written(one) for one in others)]
