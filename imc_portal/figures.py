"""What is known of how the portal works, in a handful of queries: for Prometheus and for the curator's page.

Workers are other processes, often on other hosts: what they did is read from the rows they wrote, which are
right after every restart and for all hosts at once, instead of being counted in each process.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import Cast, Extract
from django.utils import timezone

from imc_portal.core import broker, incidents, outbox
from imc_portal.core.models import Incident, OutgoingEmail, UndeliverableAddress, WorkerBeat
from meetings import at_risk
from meetings.models import MeetingPaper
from proposals.models import Document

#: Upper bounds in seconds.
BOUNDS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120)
QUEUES = ("default", "mail", "render")


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, as Prometheus wants it: how many up to each bound, all, and their sum."""

    upto: tuple[int, ...] = (0,) * len(BOUNDS)
    count: int = 0
    total: float = 0.0


@dataclass(slots=True)
class Figures:
    """All of it, as of one moment."""

    now: dt.datetime
    states: dict[str, int] = field(default_factory=dict)
    oldest: dict[str, dt.datetime] = field(default_factory=dict)
    due: int = 0
    oldest_due: dt.datetime | None = None
    accepted_at: dt.datetime | None = None
    sending: Times = Times()
    printing: Times = Times()
    papers: dict[str, int] = field(default_factory=dict)
    workers: list[WorkerBeat] = field(default_factory=list)
    troubles: list[Incident] = field(default_factory=list)
    at_risk: Counter[uuid.UUID] = field(default_factory=Counter)
    barred: int = 0
    queues: dict[str, int] | None = None

    @property
    def queue_age(self) -> float:
        """Seconds for which the oldest message that is due waits."""
        return max((self.now - self.oldest_due).total_seconds(), 0) if self.oldest_due else 0.0


def gather(now: dt.datetime | None = None) -> Figures:
    """Read everything; a broker that is away leaves its part empty."""
    found = Figures(now or timezone.now())
    _mail(found)
    _papers(found)
    found.workers = list(WorkerBeat.objects.all())
    found.troubles = list(incidents.open_ones())
    found.at_risk = at_risk.by_case(found.now)
    found.barred = UndeliverableAddress.objects.filter(lifted_at=None).count()
    found.queues = _queues()
    return found


def _mail(found: Figures) -> None:
    rows = (
        OutgoingEmail.objects.order_by()
        .values("state")
        .annotate(n=Count("pk"), oldest=Min("created_at"), last=Max("sent_at"))
    )
    for row in rows:
        found.states[row["state"]], found.oldest[row["state"]] = row["n"], row["oldest"]
        found.accepted_at = max(filter(None, (found.accepted_at, row["last"])), default=None)
    waiting = outbox.due(found.now).aggregate(n=Count("pk"), oldest=Min("not_before"))
    found.due, found.oldest_due = waiting["n"], waiting["oldest"]
    took = ExpressionWrapper(F("sent_at") - F("claimed_at"), output_field=DurationField())
    sent = OutgoingEmail.objects.filter(sent_at__gte=F("claimed_at"))
    seconds = Cast(Extract(took, "epoch"), FloatField())
    found.sending = _times(sent.annotate(took=seconds), "took")


def _papers(found: Figures) -> None:
    counts: Counter[str] = Counter()
    times = []
    for model in (Document, MeetingPaper):
        rows: QuerySet[Any] = model._default_manager.order_by()
        for row in rows.values("state").annotate(n=Count("pk")):
            counts[WORDS.get(row["state"], row["state"])] += row["n"]
        times.append(_times(rows.filter(render_seconds__gte=0), "render_seconds"))
    found.papers = dict(counts)
    found.printing = _together(*times)


#: The two presses call the same states by two names.
WORDS = {"waiting": "queued", "stored": "rendered"}


def _times(rows: QuerySet[Any], name: str) -> Times:
    bounds = {f"upto_{number}": Count("pk", filter=Q(**{f"{name}__lte": bound})) for number, bound in BOUND}
    told = rows.aggregate(**bounds, n=Count("pk"), total=Sum(name))
    upto = tuple(told[f"upto_{number}"] for number, _bound in BOUND)
    return Times(upto, told["n"], float(told["total"] or 0))


BOUND = tuple(enumerate(BOUNDS))


def _together(one: Times, other: Times) -> Times:
    upto = tuple(a + b for a, b in zip(one.upto, other.upto, strict=True))
    return Times(upto, one.count + other.count, one.total + other.total)


def _queues() -> dict[str, int] | None:
    """How many bells wait in the broker; None when it does not answer."""
    return broker.bells(*QUEUES)
