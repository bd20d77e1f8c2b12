"""The fonts of the papers: a few faces of Debian's fonts-noto-core, DejaVu for signs, and no others.

A private folder of links keeps Fontconfig from reading the 250 faces of the package at every start, and makes
one paper look the same wherever it is printed.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

from django.conf import settings

PACKAGES = "fonts-noto-core and fonts-dejavu-core"
#: Where Debian and others keep them.
FOLDERS = ("truetype/noto", "truetype/dejavu", "noto", "google-noto", "dejavu", "TTF")
ROOTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
WEIGHTS = ("Regular", "Bold")
#: Noto Sans and Noto Serif hold Latin, Cyrillic and Greek.
FAMILIES = (
    "NotoSans",
    "NotoSerif",
    "NotoSansArabic",
    "NotoNaskhArabic",
    "NotoSansArmenian",
    "NotoSerifArmenian",
    "NotoSansGeorgian",
    "NotoSerifGeorgian",
)
NEEDED = tuple(f"{family}-{weight}.ttf" for family in FAMILIES for weight in WEIGHTS)
#: Arrows, squares, Hebrew and the like; welcome, not needed.
WELCOME = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
NO_FACE_HAS_IT = "\N{WHITE SQUARE}"
#: Never drawn, so no face need have them: spaces, controls, marks of direction and places to break.
UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def missing() -> tuple[str, ...]:
    """The faces that are needed and not installed."""
    return tuple(name for name in NEEDED if _find(name) is None)


def drawable(text: str) -> str:
    """The text with a square for each letter that no face has: the file never names a missing glyph."""
    if text.isascii():
        return text
    foreign = {ord(sign): NO_FACE_HAS_IT for sign in set(text) if not _is_drawable(sign)}
    return text.translate(foreign) if foreign else text


@contextmanager
def own_fonts() -> Iterator[None]:
    """Let Fontconfig read our own folder of faces meanwhile; where none is installed, the system's."""
    faces = _faces()
    if not faces:
        yield
        return
    kept = Path(settings.VAR_DIR) / "fonts"
    _link(faces, kept / "faces")
    config = resources.files("proposals.documents").joinpath("assets", "fonts.conf").read_text("utf-8")
    path = kept / f"fonts-{os.getpid()}.conf"
    path.write_text(
        config.replace("FACES", str(kept / "faces")).replace("CACHE", str(kept / "cache")), "utf-8"
    )
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


def _faces() -> list[Path]:
    return [path for name in (*NEEDED, *WELCOME) if (path := _find(name))]


def _find(name: str) -> Path | None:
    places = (root / folder / name for root in ROOTS for folder in FOLDERS)
    return next((place for place in places if place.is_file()), None)


def _link(faces: list[Path], folder: Path) -> None:
    """Several processes may do this at once: whoever comes second finds it done."""
    folder.mkdir(parents=True, exist_ok=True)
    for face in faces:
        link = folder / face.name
        if link.is_symlink() and link.readlink() == face:
            continue
        fresh = folder / f".{face.name}-{os.getpid()}"
        fresh.symlink_to(face)
        fresh.replace(link)


def _is_drawable(sign: str) -> bool:
    return ord(sign) in _covered() or unicodedata.category(sign) in UNSEEN


@cache
def _covered() -> frozenset[int]:
    """Every letter that some regular face has; all letters where we know no face."""
    from fontTools.ttLib import TTFont  # for those alone who print

    found: set[int] = set()
    for face in _faces():
        if "Bold" not in face.name:
            with TTFont(face, lazy=True) as font:
                found.update(font.getBestCmap())
    return frozenset(found) or frozenset(range(0x110000))
