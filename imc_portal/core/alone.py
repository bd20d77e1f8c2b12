"""One at a time: periodic work that another process does already is left to it."""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager

from imc_portal.core.outbox import locks


def alone(work: str) -> AbstractContextManager[bool]:
    """False inside when somebody else is at this work; the end of a process frees what it was at.

    What is due is due for whoever looks: a second process would only wait for the rows of the first, and
    print and send nothing meanwhile.
    """
    return locks.held(uuid.uuid5(uuid.NAMESPACE_URL, f"work:{work}"))
