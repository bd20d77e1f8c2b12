"""List pages against a bare Django list of 50 rows: same server, session and middleware, in one run.

One gunicorn worker on loopback, one client, requests in turn (A B A B …), medians of the pairs.
"""

from __future__ import annotations

import datetime as dt
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.models import User
from meetings.models import InformalMeeting
from partners.models import CooperationMember, ExistingCooperation, Function
from tests import makers

ROWS = 50
ROUNDS = 60
GOAL = 2.5
ROOT = Path(__file__).resolve().parents[2]


def run() -> list[dict[str, Any]]:
    """One row of figures for each list page and the home page."""
    person = _fill()
    client = Client()
    client.force_login(person)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    pages = {
        "municipalities, 50 rows": reverse("partners:municipality_list"),
        "cases, 50 rows": reverse("partners:case_list"),
        "needs, 46 rows": reverse("partners:need_list"),
        "meetings, 50 rows": reverse("meetings:meeting_list"),
        "register, 50 rows": reverse("partners:register"),
        "home, 50 cases": reverse("home"),
    }
    with _server() as port:
        return [_compare(name, port, path, cookie) for name, path in pages.items()]


def _compare(name: str, port: int, path: str, cookie: str) -> dict[str, Any]:
    ours: list[float] = []
    reference: list[float] = []
    for turn in range(ROUNDS + 5):
        pair = (_fetch(port, path, cookie), _fetch(port, "/bare/", cookie))
        if turn >= 5:  # the first are a warm-up
            ours.append(pair[0])
            reference.append(pair[1])
    ours_ms, reference_ms = statistics.median(ours) * 1000, statistics.median(reference) * 1000
    return {
        "name": f"{name} against a bare list ({1000 / ours_ms:.0f} requests a second, one worker)",
        "ratio": round(statistics.median(a / b for a, b in zip(ours, reference, strict=True)), 2),
        "goal": GOAL,
        "ours": round(ours_ms, 2),
        "reference": round(reference_ms, 2),
        "unit": "ms, median",
        "n": ROUNDS,
    }


def _fetch(port: int, path: str, cookie: str) -> float:
    start = time.perf_counter()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "en"})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    if answer.status != 200 or not body:
        raise RuntimeError(f"{path} answered {answer.status}")
    return time.perf_counter() - start


@contextmanager
def _server() -> Iterator[int]:
    """One sync worker on this run's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "tests.bench.serve:application", "-b", f"127.0.0.1:{port}"]
    command += ["-w", "1", "--no-control-socket", "--log-level", "error"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(15)


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("gunicorn did not start")


def _fill() -> User:
    """Fifty cases with their meetings, 60 municipalities, every function needed, 50 cooperations."""
    initiator = makers.make_municipality("Initiator")
    person = makers.make_member(initiator)
    others = [makers.make_municipality() for _ in range(60)]
    needs = [
        makers.make_need(initiator, person, function=code)
        for code in Function.objects.values_list("pk", flat=True)
    ]
    now = timezone.now()
    for number in range(ROWS):
        case = makers.make_case(
            initiator, actor=person, need=needs[number % len(needs)], title=f"Case {number}"
        )
        makers.make_participant(case, others[number])
        InformalMeeting.objects.create(
            case=case,
            kind="informal",
            state="called",
            host=initiator,
            place="Town hall",
            time_zone="Europe/Paris",
            starts_at=now + dt.timedelta(days=number + 1),
            ends_at=now + dt.timedelta(days=number + 1, hours=2),
            called_at=now,
        )
        body = ExistingCooperation.objects.create(country="FR", code=f"B{number}", name=f"Body {number}")
        CooperationMember.objects.create(cooperation=body, municipality=others[number])
    return person
