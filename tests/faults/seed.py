"""Approved proposals for N recipients by the portal's services: `python -m tests.faults.seed N`."""

from __future__ import annotations

import datetime as dt
import sys

import django

GUESTS = 20
AHEAD = dt.timedelta(days=60)


def seed(recipients: int) -> None:
    """Cases of up to GUESTS recipients each, all approved, each with an informal meeting planned."""
    from tests import makers

    number = 0
    while number < recipients:
        guests = min(GUESTS, recipients - number)
        case = makers.make_case(makers.make_municipality(), title=f"Waste, round {number // GUESTS + 1}")
        for _ in range(guests):
            number += 1
            municipality = makers.make_municipality()
            contact = makers.make_contact(municipality, email=_address(number))
            makers.make_participant(case, municipality, contact=contact)
        version = makers.make_draft(case, recipients=0)
        _plan(version.proposal.case)
        makers.make_approved(version)


def ask_first() -> None:
    """Every case wants a person to decide about what may have been delivered."""
    from meetings.models import CaseRules
    from partners.models import Case

    CaseRules.objects.bulk_create(CaseRules(case=case, ask_first=True) for case in Case.objects.all())


def _address(number: int) -> str:
    return f"recipient{number:04}@town{number % 20}.example"


def _plan(case: object) -> None:
    from django.utils import timezone

    from imc_portal.core.audit import Actor
    from meetings.agenda import Item
    from meetings.services import planning
    from partners.models import Case

    assert isinstance(case, Case)
    starts = (timezone.now() + AHEAD).replace(hour=9, minute=0, second=0, microsecond=0)
    plan = planning.Plan(
        starts_at=starts,
        ends_at=starts + dt.timedelta(hours=2),
        time_zone="Europe/Paris",
        place="Town hall",
        online_url="",
        agenda=(Item("Waste collection", 60), Item("Who says what by when", 30)),
    )
    planning.plan_meeting(case=case, plan=plan, actor=Actor.person(case.opened_by))


def main(recipients: str) -> None:
    """Tables first, then the cases; or the one rule that a run wants otherwise."""
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if recipients == "ask-first":
        ask_first()
        return
    call_command("migrate", verbosity=0, interactive=False)
    seed(int(recipients))


if __name__ == "__main__":
    main(*sys.argv[1:])
