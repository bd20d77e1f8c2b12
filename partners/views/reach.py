"""How every page of a case is entered: first what is visible, then what is allowed."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404

from imc_portal.core.http import PersonRequest
from partners import policies
from partners.models import Case, Participant

PARTICIPANTS = Participant.objects.select_related("municipality", "contact")


def visible_cases(request: PersonRequest) -> QuerySet[Case]:
    """Cases the person may see, with initiator and participants."""
    cases = Case.objects.visible_to(request.user).select_related("initiator")
    return cases.prefetch_related(Prefetch("participants", PARTICIPANTS))


def listed_cases(request: PersonRequest) -> QuerySet[Case]:
    """The same for lists: of each party only its name and state."""
    parties = Participant.objects.select_related("municipality").only("case", "state", "municipality__name")
    cases = Case.objects.visible_to(request.user).select_related("initiator")
    return cases.only(
        "title", "state", "parked_from", "trigger", "opened_at", "initiator__name"
    ).prefetch_related(Prefetch("participants", parties))


def the_case(request: PersonRequest, pk: Any, act: str = "") -> Case:
    """The case: 404 when not visible, 403 when the act is not theirs."""
    case = get_object_or_404(visible_cases(request), pk=pk)
    if act:
        policies.require(request.user, act, case)
    return case


def the_participant(case: Case, pk: Any) -> Participant:
    """A participant of the case."""
    return get_object_or_404(PARTICIPANTS.select_related("case"), case=case, pk=pk)
