"""How many messages leave in a minute: all of them, and those to one domain; one statement decides."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from django.conf import settings
from django.db import connection

from imc_portal.core import lines

ALL = "*"
MINUTE = dt.timedelta(minutes=1)
JITTER = 3.0
UNLIMITED = 2**31 - 1
#: A counter of another minute starts anew; clocks of two hosts may differ by one or two, a jump is more.
TAKE = """
    INSERT INTO core_mailpace AS pace (domain, minute, used)
    SELECT %s, %s, 1 {unless}
    ON CONFLICT (domain) DO UPDATE SET
        minute = CASE WHEN {running} THEN pace.minute ELSE EXCLUDED.minute END,
        used = CASE WHEN {running} THEN pace.used + 1 ELSE 1 END
    WHERE NOT ({running}) OR pace.used < %s
    RETURNING domain
"""
RUNNING = "pace.minute >= EXCLUDED.minute AND pace.minute <= EXCLUDED.minute + interval '2 minutes'"
#: The domain first: what it does not let pass takes nothing from all.
BOTH = """
    WITH domain AS ({of_domain}), everybody AS ({of_all})
    SELECT (SELECT count(*) FROM domain), (SELECT count(*) FROM everybody)
""".format(  # noqa: S608  # put together from texts of this file alone
    of_domain=TAKE.format(unless="", running=RUNNING),
    of_all=TAKE.format(unless="WHERE EXISTS (SELECT FROM domain)", running=RUNNING),
)


def over_limit(address: str, now: dt.datetime) -> str:
    """Count one message to this address; which limit is reached, in words, or nothing when it may leave."""
    total, per_domain = settings.MAIL_PER_MINUTE, settings.MAIL_PER_DOMAIN
    if not total and not per_domain:
        return ""
    domain, minute = _domain(address), now.replace(second=0, microsecond=0)
    values: list[Any] = [domain, minute, per_domain or UNLIMITED, ALL, minute, total or UNLIMITED]
    with connection.cursor() as cursor:
        cursor.execute(BOTH, values)
        of_domain, of_all = cursor.fetchone()
    if not of_domain:
        return f"At most {per_domain} messages a minute go to {domain}; it waits for its turn."
    return "" if of_all else f"At most {total} messages a minute leave; it waits for its turn."


def next_minute(now: dt.datetime) -> dt.datetime:
    """When counting starts anew, and a little later, so that not all come at once."""
    jitter = random.uniform(0, JITTER)  # noqa: S311  # spreads the load, guards nothing
    return now.replace(second=0, microsecond=0) + MINUTE + dt.timedelta(seconds=jitter)


def _domain(address: str) -> str:
    """An address that cannot be written to fails later, in words; until then it counts as it stands."""
    try:
        return lines.domain_of(address)[:255]
    except UnicodeError:
        return address.rpartition("@")[2].lower()[:255]
