"""/metrics for Prometheus: numbers alone, no name, no address, no case."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from imc_portal import figures
from imc_portal.core import health
from imc_portal.core.models import Incident, OutgoingEmail

#: A proxy on this machine speaks for others; what came through one is not from here.
OF_A_PROXY = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via")


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of this moment, to whoever shows the token, or without one to this machine alone."""
    if not _may_read(request):
        raise PermissionDenied
    registry = CollectorRegistry()
    registry.register(Reading())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class Reading(Collector):
    """Everything, read when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        """Without a database only that it is away, and what the broker says."""
        database = health.database_answers()
        yield GaugeMetricFamily("imc_database_reachable", "Whether the database answers", database)
        if not database:
            yield GaugeMetricFamily(
                "imc_broker_reachable", "Whether the broker answers", health.broker_answers()
            )
            return
        found = figures.gather()
        yield from _mail(found)
        yield from _papers(found)
        yield from _workers(found)


def _mail(found: figures.Figures) -> Iterator[Metric]:
    states = {str(state): found.states.get(state, 0) for state in OutgoingEmail.State.values}
    yield _by("imc_outbox_messages", "Messages by state", "state", states)
    ages = {
        state: max((found.now - moment).total_seconds(), 0)
        for state, moment in found.oldest.items()
        if state in WAITING
    }
    yield _by("imc_outbox_oldest_seconds", "Age of the oldest message that has not ended", "state", ages)
    yield GaugeMetricFamily("imc_outbox_due", "Messages that should leave now", found.due)
    yield GaugeMetricFamily("imc_outbox_queue_age_seconds", "How long the oldest waits", found.queue_age)
    accepted = found.accepted_at.timestamp() if found.accepted_at else 0
    yield GaugeMetricFamily("imc_mail_last_accepted_timestamp_seconds", "By the mail server", accepted)
    yield GaugeMetricFamily("imc_undeliverable_addresses", "Addresses that came back", found.barred)
    yield _histogram("imc_send_seconds", "From taking a message to its acceptance", found.sending)


WAITING = {"held", "queued", "sending", "retry", "unknown"}


def _papers(found: figures.Figures) -> Iterator[Metric]:
    yield _by("imc_documents", "Papers by state", "state", found.papers)
    yield _histogram("imc_render_seconds", "How long printing a paper took", found.printing)
    at_risk = sum(found.at_risk.values())
    yield GaugeMetricFamily(
        "imc_dispatches_at_risk", "Due in two working days, or late, and not there", at_risk
    )
    kinds = {str(kind): 0 for kind in Incident.Kind.values}
    for one in found.troubles:
        kinds[one.kind] += 1
    yield _by("imc_incidents_open", "Incidents that nobody has settled", "kind", kinds)


def _workers(found: figures.Figures) -> Iterator[Metric]:
    ages = {one.name: max((found.now - one.seen_at).total_seconds(), 0) for one in found.workers}
    yield _by("imc_worker_heartbeat_age_seconds", "Since the last sign of life", "worker", ages)
    answers = found.queues is not None
    yield GaugeMetricFamily("imc_broker_reachable", "Whether the broker answers", answers)
    yield _by("imc_broker_queue_length", "Bells that wait in the broker", "queue", found.queues or {})


def _by(name: str, told: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _histogram(name: str, told: str, times: figures.Times) -> Metric:
    bounds = [(str(float(bound)), count) for bound, count in zip(figures.BOUNDS, times.upto, strict=True)]
    family = HistogramMetricFamily(name, told)
    family.add_metric([], [*bounds, ("+Inf", times.count)], times.total)
    return family


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), settings.METRICS_TOKEN.encode())
    if any(name in request.headers for name in OF_A_PROXY):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:  # a Unix socket: a proxy stands before it
        return False
