"""The seven questions by personal link, one per screen."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from imc_portal.core.audit import Actor
from imc_portal.core.http import form_status
from imc_portal.core.problems import Refusal
from meetings.cells import relevant
from meetings.forms.answers import Screen
from meetings.models import Answer
from meetings.models.clarification import Question
from meetings.services import answers
from meetings.views.answers import cells_of
from meetings.views.holder import HolderRequest, holder_page
from partners.models import Participant


@sensitive_post_parameters()
@holder_page
def question(request: HolderRequest, number: int) -> HttpResponseBase:
    """One of the seven questions: shown, and saved with a button that also moves on."""
    who = request.participant
    if number not in Question or not who.case.rounds.exists():
        raise Http404
    cells = list(cells_of(who.case, number).filter(participant=who))
    screen = Screen(cells, _posted(request))
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
        "sealed_until": max((cell.round.deadline for cell in cells if cell.round.is_sealed), default=None),
        "steps": _steps(request, number),
        "others": _others(request, number),
    }
    return render(request, "personal/question.html", context, status=form_status(request))


def _posted(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


def _onward(request: HolderRequest, number: int) -> HttpResponse:
    """Next, previous, or home to finish later."""
    to = {"next": number + 1, "previous": number - 1, "more": number}.get(request.POST.get("then", ""), 0)
    if to in Question:
        return redirect("personal:question", token=request.token, number=to)
    messages.success(
        request, _("Your answers are kept. You can come back and change them with the same link.")
    )
    return redirect("personal:home", token=request.token)


def _steps(request: HolderRequest, number: int) -> list[dict[str, object]]:
    """The seven questions with what is done, for the line of progress."""
    who = request.participant
    cells = Answer.objects.of_case(who.case).filter(relevant(), participant=who).order_by()
    still = set(cells.filter(state=Answer.State.OPEN).values_list("question", flat=True))
    return [
        {"number": one.value, "label": one.label, "done": one.value not in still, "here": one.value == number}
        for one in Question
    ]


def _others(request: HolderRequest, number: int) -> list[Answer]:
    """What the others say to this question, as far as the seal is open to this reader."""
    who = request.participant
    readable = Answer.objects.visible_to_holder(who)
    others = cells_of(who.case, number).filter(
        pk__in=readable.values("pk"), participant__state__in=Participant.ACTIVE
    )
    return list(others.exclude(participant=who).exclude(state=Answer.State.OPEN))
