"""One thing that waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits: what, where, for whom or by whom, since or until when, how urgent."""

    text: str
    url: str
    who: str = ""
    since: dt.datetime | dt.date | None = None
    due: dt.datetime | dt.date | None = None
    state: str = ""
    tone: str = "waiting"
