"""What a page must say for those who do not see it; without it there is no paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

SVG = "{http://www.w3.org/2000/svg}"


def lacking(root: Any) -> Iterator[str]:
    """What is missing in the element tree of a page, each in a few words."""
    if not root.get("lang"):
        yield "the language of the page"
    if not (root.findtext("head/title") or "").strip():
        yield "the title of the page"
    for image in root.iter("img"):
        if not image.get("alt", "").strip():
            yield f"an alternative text for the picture {image.get('src', '')[:60]}"
    for drawing in root.iter(f"{SVG}svg"):
        if not (drawing.findtext(f"{SVG}title") or "").strip():
            yield "a title for a drawing"
    for heading in root.iter("th"):
        if heading.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
            yield f"the scope of the heading {''.join(heading.itertext()).strip()[:60]}"
