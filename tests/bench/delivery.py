"""One process's part of the benchmark of delivery, on a portal of its own: `… ring`, `… send`.

`ring` asks for every paper that is not printed and says when; `send` calls, writes and sends whatever is due
in this very process and says how many statements that took.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import django


def ring() -> dict[str, float]:
    """Every paper at once, as approval does it."""
    from proposals import tasks
    from proposals.models import Document

    waiting = list(Document.objects.filter(state=Document.State.QUEUED).values_list("pk", flat=True))
    begun = time.time()
    for document_id in waiting:
        tasks.render_document.delay(str(document_id))
    return {"at": begun, "rung": len(waiting)}


def send() -> dict[str, float]:
    """What the clock and the workers do between a printed paper and the mail server's yes; printing aside."""
    from django.db import connection
    from django.utils import timezone

    from imc_portal.core import bell, outbox, smtp
    from imc_portal.core.models import OutgoingEmail
    from meetings.services import dispatch, papers

    count = 0

    def counted(execute: Callable[..., Any], *words: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*words)

    bell._quiet_until = time.monotonic() + 3600  # nobody shall help
    dispatch.dispatch_due()
    papers.render_due()
    with connection.execute_wrapper(counted), smtp.Line() as line:
        while dispatch.dispatch_due().queued:
            pass
        for key in outbox.due(timezone.now()).values_list("pk", flat=True):
            outbox.deliver(key, line=line)
        dispatch.mark_sent()
    sent = OutgoingEmail.objects.filter(state=OutgoingEmail.State.SENT).count()
    return {"statements": count, "messages": sent}


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps({"ring": ring, "send": send}[sys.argv[1]]()))
