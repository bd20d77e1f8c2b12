"""Partner discovery through the web while the portal holds the whole of France: time, statements, memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imc_portal.core.models import User
from partners.models import Case, Membership, Municipality
from tests import france, makers
from tests.bench.site import ROUNDS, serving

GOAL_MS = 30
GOAL_MB = 350
SMALL = 60
#: A village, a small town, a city, the capital of an island, a town in the mountains.
CODES = ("01002", "39300", "35238", "2A004", "05023")
Rows = list[dict[str, Any]]


def run() -> Rows:
    """Rows of figures, or one that says why there are none."""
    if reason := france.missing():
        return [_row(f"skipped: {reason}", None, None, None, "", 0)]
    person = makers.make_user()
    few = _statements(person, _small_case(person))
    france.load()
    cases = _cases(person)
    many = _statements(person, cases[0])
    total = Municipality.objects.count()
    statements = f"statements of discovery, {total} municipalities against {SMALL}"
    return [*_through_the_web(person, cases, total), _row(statements, many, few, 1, "statements", 1)]


def _through_the_web(person: User, cases: Sequence[Case], total: int) -> Rows:
    listed = reverse("partners:municipality_list")
    with serving(person) as site:
        site.pace([listed])
        before = site.resident()
        first = 1000 * site.fetch(_page(cases[0]))
        pace = site.pace([_page(case) for case in cases])
        busy = site.busy([_page(case) for case in cases])
        after = site.resident()
    name = f"discovery, {total} municipalities, warm"
    return [
        _row(f"{name}, against the goal in milliseconds", pace.ours, GOAL_MS, 1, "ms, median", ROUNDS),
        _row(
            f"{name}, against a bare list", pace.ours, pace.reference, None, "ms, median", ROUNDS, pace.ratio
        ),
        _row(f"{name}, processor time of the web process", busy, GOAL_MS, None, "ms, mean", ROUNDS),
        _row(
            "the first such page of a process, which loads France, against a warm one",
            first,
            pace.ours,
            None,
            "ms",
            1,
        ),
        _row("memory of the web process, against the goal in MB", after, GOAL_MB, 1, "MB resident", 1),
        _row(
            "memory of the web process, against itself before France", after, before, None, "MB resident", 1
        ),
    ]


def _row(
    name: str,
    ours: float | None,
    reference: float | None,
    goal: float | None,
    unit: str,
    n: int,
    ratio: float | None = None,
) -> dict[str, Any]:
    if ratio is None and ours is not None and reference:
        ratio = ours / reference
    figures = {"ratio": ratio, "goal": goal, "ours": ours, "reference": reference}
    rounded = {key: None if value is None else round(value, 2) for key, value in figures.items()}
    return {"name": name, **rounded, "unit": unit, "n": n}


def _page(case: Case) -> str:
    return reverse("partners:discover", kwargs={"pk": case.pk})


def _small_case(person: User) -> Case:
    """A case among a few municipalities, two of them neighbours of its initiator."""
    initiator, *others = (makers.make_municipality(country="XA") for _ in range(SMALL))
    for other in others[:2]:
        makers.make_neighbours(initiator, other)
    return _case(person, initiator)


def _cases(person: User) -> list[Case]:
    """One case of each commune, with the outlines around it."""
    initiators = [Municipality.objects.get(country="FR", code=code) for code in CODES]
    france.load_outlines([initiator.county for initiator in initiators])
    return [_case(person, initiator) for initiator in initiators]


def _case(person: User, initiator: Municipality) -> Case:
    Membership.objects.create(user=person, municipality=initiator, role=Membership.Role.FOCAL_POINT)
    case = makers.make_case(initiator, actor=person)
    makers.make_area(case)
    return case


def _statements(person: User, case: Case) -> int:
    """SQL statements of the page when it is warm."""
    client = Client()
    client.force_login(person)
    client.get(_page(case))
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(_page(case))
    if answer.status_code != 200:
        raise RuntimeError(f"the page answered {answer.status_code}")
    return len(seen)
