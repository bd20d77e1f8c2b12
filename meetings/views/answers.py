"""The page of answers, and one question on one screen for people with an account."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, page
from imc_portal.core.problems import Refusal
from meetings import board, policies
from meetings.forms.answers import Screen
from meetings.models import Answer, ClarificationRound
from meetings.models.clarification import Question
from meetings.services import answers as services
from partners.models import Case, Participant


@page
def answers(request: PersonRequest, case: uuid.UUID) -> HttpResponse:
    """The answers side by side, as far as the seal lets this person see them."""
    found = get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)
    policies.require(request.user, "answers.read", found)
    clarification = ClarificationRound.objects.filter(case=found).first()
    context: dict[str, object] = {"case": found, "clarification": clarification}
    if clarification is not None:
        clarification.case = found
        shown = board.build(clarification, Answer.objects.visible_to(request.user))
        context |= {"board": shown, "columns": [_column(request, found, one) for one in shown.columns]}
    return render(request, "meetings/answers.html", context)


@page
def answer(request: PersonRequest, case: uuid.UUID, participant: uuid.UUID, number: int) -> HttpResponseBase:
    """One question for one municipality: by its own people, or typed by the host for it."""
    found = get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)
    parties = Participant.objects.filter(case=found).select_related("municipality")
    who = get_object_or_404(parties, pk=participant)
    by_host = _by_host(request, found, who)
    clarification = get_object_or_404(ClarificationRound, case=found)
    if number not in Question:
        raise Http404
    cells = _cells(clarification, who, number, by_host=by_host)
    screen = Screen(cells, request.POST if request.method == "POST" else None)
    if request.method == "POST" and screen.is_valid():
        try:
            services.save(
                participant=who, replies=screen.replies(), actor=Actor.person(request.user), by_host=by_host
            )
        except Refusal as refusal:
            screen.refuse(refusal.reasons)
        else:
            return _onward(request, found, who, number)
    context = {
        "case": found,
        "participant": who,
        "by_host": by_host,
        "screen": screen,
        "question": Question(number),
        "number": number,
        "clarification": clarification,
    }
    return render(request, "meetings/answers_edit.html", context, status=_status(request))


def _column(request: PersonRequest, case: Case, column: board.Column) -> dict[str, object]:
    open_still = case.state not in services.OVER
    own = open_still and policies.allows(request.user, "answers.give", column.participant)
    return {
        "participant": column.participant,
        "done": column.done,
        "total": column.total,
        "own": own,
        "types": open_still and not own and policies.allows(request.user, "answers.type", case),
    }


def _by_host(request: PersonRequest, case: Case, who: Participant) -> bool:
    """Whether the person types for another municipality; 403 when they may not write at all."""
    if policies.allows(request.user, "answers.give", who):
        return False
    if not policies.allows(request.user, "answers.type", case):
        raise PermissionDenied
    return True


def _cells(
    clarification: ClarificationRound, who: Participant, number: int, *, by_host: bool
) -> list[Answer]:
    """The cells to be shown: while sealed a host gets only empty ones."""
    cells = clarification.answers.filter(participant=who, question=number).select_related(
        "area__function", "participant__municipality"
    )
    if by_host and clarification.is_sealed:
        cells = cells.filter(state=Answer.State.OPEN)
    return list(cells)


def _onward(request: PersonRequest, case: Case, who: Participant, number: int) -> HttpResponse:
    """To the question asked for by the button, or back to all answers."""
    to = {"next": number + 1, "previous": number - 1}.get(request.POST.get("then", ""), 0)
    if to in Question:
        return redirect("meetings:answer", case=case.pk, participant=who.pk, number=to)
    return redirect("meetings:answers", case=case.pk)


def _status(request: PersonRequest) -> int:
    return 422 if request.method == "POST" else 200
