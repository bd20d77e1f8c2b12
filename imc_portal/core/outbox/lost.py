"""Messages whose sender died, and those dated by a clock that has been set back since."""

from __future__ import annotations

import datetime as dt

from django.db.models import DateTimeField, Exists, ExpressionWrapper, OuterRef, Q

from imc_portal.core.models import EmailEvent, OutgoingEmail
from imc_portal.core.outbox import locks, marking, story
from imc_portal.core.outbox.retries import LONGEST_DELAY

State = OutgoingEmail.State

DIED = "The sender died after taking this message; it may have been delivered."
#: Clocks of hosts differ by seconds; what is dated further ahead was dated by a clock that was wrong.
SLACK = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(seconds=2 * LONGEST_DELAY)


def recover_lost(now: dt.datetime) -> int:
    """Mark messages as unknown whose lease is over and whose sender's lock is free. Returns how many.

    They are due once more unless a person wants to be asked.
    """
    _bring_back_to_the_present(now)
    over = Q(lease_until__lt=now) | Q(lease_until__gt=now + marking.lease() + SLACK)
    lost = OutgoingEmail.objects.filter(over, state=State.SENDING)
    count = 0
    for email_id in lost.values_list("pk", flat=True):
        with locks.held(email_id) as nobody_sends:
            if nobody_sends:
                count += len(
                    story.move(
                        lost.filter(pk=email_id),
                        story.Kind.UNCERTAIN,
                        detail=DIED,
                        at=now,
                        state=State.UNKNOWN,
                        lease_until=None,
                        not_before=now,
                        last_error=DIED,
                    )
                )
    return count


def _bring_back_to_the_present(now: dt.datetime) -> None:
    """What waits a while from a moment that has not come yet waits no longer, nor what was queued then."""
    waited = ExpressionWrapper(OuterRef("not_before") - LONGEST_WAIT, output_field=DateTimeField())
    # A message that leaves at once is dated a little before the line of its story.
    at_once = ExpressionWrapper(OuterRef("not_before") + SLACK, output_field=DateTimeField())
    ahead = EmailEvent.objects.filter(
        email=OuterRef("pk"), at__gt=now + SLACK, at__lte=at_once, at__gte=waited
    )
    states = [State.QUEUED, State.RETRY, State.UNKNOWN]
    OutgoingEmail.objects.filter(Exists(ahead), state__in=states, not_before__gt=now).update(not_before=now)
