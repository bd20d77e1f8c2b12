"""List pages against a bare Django list of 50 rows: same server, session and middleware, in one run."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from imc_portal.core.models import User
from meetings.models import InformalMeeting
from partners.models import CooperationMember, ExistingCooperation, Function
from tests import makers
from tests.bench.site import ROUNDS, Site, serving

ROWS = 50
GOAL = 2.5


def run() -> list[dict[str, Any]]:
    """One row of figures for each list page and the home page."""
    person = _fill()
    pages = {
        "municipalities, 50 rows": reverse("partners:municipality_list"),
        "cases, 50 rows": reverse("partners:case_list"),
        "needs, 46 rows": reverse("partners:need_list"),
        "meetings, 50 rows": reverse("meetings:meeting_list"),
        "register, 50 rows": reverse("partners:register"),
        "home, 50 cases": reverse("home"),
    }
    with serving(person) as site:
        return [_compare(name, site, path) for name, path in pages.items()]


def _compare(name: str, site: Site, path: str) -> dict[str, Any]:
    pace = site.pace([path])
    return {
        "name": f"{name} against a bare list ({1000 / pace.ours:.0f} requests a second, one worker)",
        "ratio": round(pace.ratio, 2),
        "goal": GOAL,
        "ours": round(pace.ours, 2),
        "reference": round(pace.reference, 2),
        "unit": "ms, median",
        "n": ROUNDS,
    }


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
