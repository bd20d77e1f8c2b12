"""What has to be on the machine before the portal prints papers."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error

from proposals.documents import fonts


def fonts_are_installed(**kwargs: Any) -> list[CheckMessage]:
    """Papers in letters that no face has would be rows of squares, so nothing starts without the fonts."""
    if not (lacking := fonts.missing()):
        return []
    return [
        Error(
            f"The fonts of the papers are not installed: {', '.join(lacking)}.",
            hint=f"Install {fonts.PACKAGES} (Debian: apt-get install fonts-noto-core fonts-dejavu-core).",
            id="proposals.E001",
        )
    ]
