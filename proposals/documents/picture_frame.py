"""What every chart has around it: size, words for those who do not see it, ids that no other has."""

from __future__ import annotations

import hashlib
from html import escape

#: Stands in a drawing's own ids until the picture is framed.
KEY = "KEY-"


def framed(body: str, *, kind: str, size: tuple[float, float], title: str, desc: str, letters: float) -> str:
    """The drawing as a whole SVG; several on one page do not share ids."""
    key = kind[0] + hashlib.sha256(f"{title}{desc}".encode()).hexdigest()[:6]
    inside = body.replace(f"#{KEY}", f"#{key}-").replace(f'id="{KEY}', f'id="{key}-')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" role="img" direction="ltr"'
        f' viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" aria-labelledby="{key}-title {key}-desc"'
        f' font-family="Noto Sans, Noto Sans Arabic, sans-serif" font-size="{letters:g}">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(desc)}</desc>'
        f"{inside}</svg>"
    )
