"""What a time on the wall means: hours that do not exist, and hours that come twice. Pure."""

from __future__ import annotations

import datetime as dt
import zoneinfo


def exists(local: dt.datetime, zone: zoneinfo.ZoneInfo) -> bool:
    """Whether the clocks of the place ever show this time; in spring an hour is left out."""
    there = local.replace(tzinfo=zone)
    return there.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


def comes_twice(local: dt.datetime, zone: zoneinfo.ZoneInfo) -> bool:
    """Whether the clocks of the place show this time twice, as they do one night in autumn."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return exists(local, zone) and first.utcoffset() != second.utcoffset()


def differ(moment: dt.datetime, one: str, other: str) -> bool:
    """Whether the clocks of two places show different times at this moment."""
    first, second = (moment.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset() for zone in (one, other))
    return first != second
