"""The progress line of a case: what it leads to, and what it asks the database for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imc_portal.core.models import User
from meetings import chain
from partners.models import Case
from tests.meetings import papers, scenes

pytestmark = pytest.mark.django_db
EARLY = Case.ORDER[: Case.ORDER.index(Case.State.PROPOSAL)]


def line(case: Case, user: User) -> tuple[dict[str, str], int]:
    """Addresses by label, and how many statements it took to find them."""
    fresh, person = Case.objects.get(pk=case.pk), User.objects.get(pk=user.pk)
    with CaptureQueriesContext(connection) as asked:
        steps = chain.steps(fresh, person)
    return {step.label: step.url for step in steps}, len(asked)


@pytest.mark.parametrize("state", EARLY)
def test_before_the_proposal_only_the_seats_are_asked_for(state: str) -> None:
    scene = scenes.make_scene(state=state)
    urls, asked = line(scene.case, scene.lead)
    assert {label for label, url in urls.items() if url} == {"Need", "Areas", "Partners"}
    assert asked == 1


@pytest.mark.parametrize("state", ["proposal", "closed", "parked"])
def test_what_there_is_stays_in_reach_also_when_the_case_is_closed(state: str) -> None:
    scene = scenes.make_scene(state=Case.State.PROPOSAL)
    papers.draft(scene)
    meeting = papers.planned(scene)
    parked_from = Case.State.PROPOSAL if state == "parked" else ""
    Case.objects.filter(pk=scene.case.pk).update(state=state, parked_from=parked_from)
    urls, _asked = line(scene.case, scene.lead)
    assert urls["Informal meeting"] == meeting.get_absolute_url()
    assert urls["Proposal"]
