"""In which direction another place lies: the map, for whoever cannot see it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

#: Clockwise from the north.
WINDS: Sequence[Any] = (
    _("to the north"),
    _("to the north-east"),
    _("to the east"),
    _("to the south-east"),
    _("to the south"),
    _("to the south-west"),
    _("to the west"),
    _("to the north-west"),
)


def direction(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> str:
    """One of eight winds, in words; for places not more than some hundred kilometres apart."""
    north = to_latitude - latitude
    east = (to_longitude - longitude) * math.cos(math.radians((latitude + to_latitude) / 2))
    eighth = round(math.degrees(math.atan2(east, north)) / 45) % 8
    return str(WINDS[eighth])
