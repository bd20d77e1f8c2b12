"""Why there is no paper: apart from the typesetter, so that it can be told without loading one."""

from __future__ import annotations

from django.utils.translation import gettext as _


class Unprintable(Exception):
    """The paper cannot be set: it asks for something foreign, or for too much."""


class TooMuch(Unprintable):
    """The paper is longer than can be set in a few seconds; the message is for its writers."""

    def __init__(self, what: str, found: int, most: int) -> None:
        words = _(
            "The paper is too long (%(what)s: %(found)s, at most %(most)s). Shorten its texts or tables."
        )
        super().__init__(words % {"what": what, "found": f"{found:,}", "most": f"{most:,}"})


class Busy(Exception):
    """Another paper is being set in this process and does not end soon."""
