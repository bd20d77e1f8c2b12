"""The seven questions by personal link, one per screen."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.forms.answers import Screen
from meetings.models import Answer, ClarificationRound
from meetings.models.clarification import Question
from meetings.services import answers
from meetings.views.holder import HolderRequest, holder_page


@holder_page
def question(request: HolderRequest, number: int) -> HttpResponseBase:
    """One of the seven questions: shown, and saved with a button that also moves on."""
    who = request.participant
    clarification = ClarificationRound.objects.filter(case=who.case_id).first()
    if clarification is None or number not in Question:
        raise Http404
    cells = clarification.answers.filter(participant=who, question=number)
    screen = Screen(cells.select_related("area__function", "participant__municipality"), _posted(request))
    if request.method == "POST" and screen.is_valid():
        try:
            answers.save(participant=who, replies=screen.replies(), actor=Actor.holder(request.link))
        except Refusal as refusal:
            screen.refuse(refusal.reasons)
        else:
            return _onward(request, number)
    context = {
        "participant": who,
        "me": who,
        "token": request.token,
        "screen": screen,
        "question": Question(number),
        "number": number,
        "total": len(Question),
        "clarification": clarification,
        "steps": _steps(clarification, request, number),
        "others": _others(clarification, request, number),
    }
    return render(request, "personal/question.html", context, status=422 if request.method == "POST" else 200)


def _posted(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


def _onward(request: HolderRequest, number: int) -> HttpResponse:
    """Next, previous, or home to finish later."""
    to = {"next": number + 1, "previous": number - 1}.get(request.POST.get("then", ""), 0)
    if to in Question:
        return redirect("personal:question", token=request.token, number=to)
    messages.success(
        request, _("Your answers are kept. You can come back and change them with the same link.")
    )
    return redirect("personal:home", token=request.token)


def _steps(clarification: ClarificationRound, request: HolderRequest, number: int) -> list[dict[str, object]]:
    """The seven questions with what is done, for the line of progress."""
    cells = clarification.answers.filter(participant=request.participant).order_by()
    still = set(cells.filter(state=Answer.State.OPEN).values_list("question", flat=True))
    return [
        {"number": one.value, "label": one.label, "done": one.value not in still, "here": one.value == number}
        for one in Question
    ]


def _others(clarification: ClarificationRound, request: HolderRequest, number: int) -> list[Answer]:
    """What the others say to this question, once the seal is open."""
    seen = Answer.objects.visible_to_holder(request.participant)
    return list(
        seen.filter(round=clarification, question=number)
        .exclude(participant=request.participant)
        .exclude(state=Answer.State.OPEN)
        .select_related("participant__municipality", "area__function")
    )
