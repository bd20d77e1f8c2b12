"""When a lease is over: its time has passed, or it was dated by a clock that has been set back since."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

#: Clocks of hosts differ by seconds; what ends later than any lease may was dated by a clock that was wrong.
SLACK = dt.timedelta(minutes=1)


def over(now: dt.datetime, longest: dt.timedelta) -> Q:
    """Rows whose `lease_until` holds nobody off any more; `longest` is the longest that is given."""
    return Q(lease_until__lt=now) | Q(lease_until__gt=now + longest + SLACK)
