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


def write_once(_document: Any, pdf: Any) -> None:
    """WeasyPrint's finisher: nothing changes after it, so everything can be put into words now."""
    if "AF" in pdf.catalog:
        # Each attached file is named twice.
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    first, *others = pdf.objects
    # The first is the free object that every table of objects begins with; it has no words.
    pdf.objects[:] = [first, *(Written(one) for one in others)]
