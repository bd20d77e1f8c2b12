"""The fonts of the papers: Debian's fonts-noto-core, a few faces of it, and no others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from django.conf import settings

#: Where Debian and its kin keep the package; the first that is there is taken.
FOLDERS = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/noto"))
PACKAGE = "fonts-noto-core"
#: One face for each script we promise, in the two weights and the two kinds that the papers use.
SCRIPTS = ("", "Arabic", "Armenian", "Georgian")
WEIGHTS = ("Regular", "Bold")


def faces() -> tuple[str, ...]:
    """The files the papers need."""
    sans = [f"NotoSans{script}-{weight}.ttf" for script in SCRIPTS for weight in WEIGHTS]
    serif = [
        f"NotoSerif{script}-{weight}.ttf" for script in SCRIPTS if script != "Arabic" for weight in WEIGHTS
    ]
    naskh = [f"NotoNaskhArabic-{weight}.ttf" for weight in WEIGHTS]
    return (*sans, *serif, *naskh)


def folder() -> Path | None:
    """Where the fonts lie; None when the package is not installed."""
    return next((one for one in FOLDERS if one.is_dir()), None)


def missing() -> tuple[str, ...]:
    """The faces that are not there; all of them without the package."""
    found = folder()
    return tuple(name for name in faces() if found is None or not (found / name).is_file())


@contextmanager
def own_fonts() -> Iterator[None]:
    """Let Fontconfig read our own list of fonts; where they are not installed, the system's."""
    found = folder()
    if found is None:
        yield
        return
    kept = Path(settings.VAR_DIR) / "fonts"
    kept.mkdir(parents=True, exist_ok=True)
    config = resources.files("proposals.documents").joinpath("assets", "fonts.conf").read_text("utf-8")
    path = kept / f"fonts-{os.getpid()}.conf"
    path.write_text(config.replace("FOLDER", str(found)).replace("CACHE", str(kept / "cache")), "utf-8")
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
