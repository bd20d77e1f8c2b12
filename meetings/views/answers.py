"""The page of answers, and one question on one screen for people with an account."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.problems import Refusal
from meetings import board, cells, policies
from meetings.forms.answers import Screen, prefix_of
from meetings.forms.rounds import AskForm
from meetings.models import Answer, ClarificationRound
from meetings.models.clarification import Question
from meetings.services import answers as services
from partners.models import Case, Participant


@page
def answers(request: PersonRequest, case: uuid.UUID) -> HttpResponse:
    """The answers side by side, as far as the seal lets this person see them."""
    found = _case(request, case)
    policies.require(request.user, "answers.read", found)
    context: dict[str, object] = {"case": found, "clarification": ClarificationRound.newest_of(found)}
    if context["clarification"] is not None:
        shown = board.build(found, Answer.objects.visible_to(request.user))
        running = found.state not in services.OVER
        types = running and policies.allows(request.user, "answers.type", found)
        context |= {
            "board": shown,
            "columns": [_column(request, running, types, one) for one in shown.columns],
            "types": types,
            "ask": AskForm() if types and cells.missing(found, cells.taking_part(found)) else None,
        }
    return render(request, "meetings/answers.html", context)


@sensitive_post_parameters()
@page
def answer(request: PersonRequest, case: uuid.UUID, participant: uuid.UUID, number: int) -> HttpResponseBase:
    """One question for one municipality: by its own people, or typed by the host for it."""
    found = _case(request, case)
    parties = Participant.objects.filter(case=found).select_related("municipality")
    who = get_object_or_404(parties, pk=participant)
    by_host = _by_host(request, found, who)
    if number not in Question or not found.rounds.exists():
        raise Http404
    asked = cells_of(found, number).filter(participant=who)
    shown = _showable(asked, request)
    screen = Screen(shown, request.POST if request.method == "POST" else None)
    lost = unsaved(asked, shown, request)
    if request.method == "POST" and screen.is_valid() and not lost:
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
        "lost": lost,
        "question": Question(number),
        "number": number,
    }
    return render(request, "meetings/answers_edit.html", context, status=form_status(request))


@command
def ask(request: PersonRequest, case: uuid.UUID) -> HttpResponse:
    """Ask everybody about what came into the talks after the questions went out."""
    found = _case(request, case)
    policies.require(request.user, "answers.type", found)
    form = AskForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("Choose the day until which they may answer."))
    services.ask_missing(case=found, deadline=form.deadline(), actor=Actor.person(request.user))
    messages.success(request, _("The questions are asked. The answers stay sealed until then."))
    return redirect("meetings:answers", case=found.pk)


def cells_of(case: Case, number: int) -> QuerySet[Answer]:
    """All cells of one question that count, with what a form or a page says of them."""
    related = ("area__function", "call", "body", "participant__municipality", "round")
    found = Answer.objects.of_case(case).filter(cells.relevant(), question=number)
    return found.select_related(*related).prefetch_related("named_calls")


def unsaved(
    asked: Iterable[Answer], shown: Iterable[Answer], request: PersonRequest
) -> list[tuple[str, str]]:
    """What was typed for cells that were answered while one typed: about what, and one's own words."""
    if request.method != "POST":
        return []
    visible = {cell.pk for cell in shown}
    found = []
    for cell in asked:
        prefix = f"{prefix_of(cell)}-"
        typed = [
            value
            for name in ("choice", "causes", "text", "detail", "said_by", "how")
            for value in request.POST.getlist(prefix + name)
            if value.strip()
        ]
        if cell.pk not in visible and typed:
            found.append((f"{cell.participant}, {cell.about}", "; ".join(typed)))
    return found


def _case(request: PersonRequest, case: uuid.UUID) -> Case:
    return get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)


def _column(request: PersonRequest, running: bool, types: bool, column: board.Column) -> dict[str, object]:
    own = running and policies.allows(request.user, "answers.give", column.participant)
    return {
        "participant": column.participant,
        "done": column.done,
        "total": column.total,
        "own": own,
        "types": types and not own,
    }


def _by_host(request: PersonRequest, case: Case, who: Participant) -> bool:
    """Whether the person types for another municipality; 403 when they may not write at all."""
    if policies.allows(request.user, "answers.give", who):
        return False
    if not policies.allows(request.user, "answers.type", case):
        raise PermissionDenied
    return True


def _showable(asked: QuerySet[Answer], request: PersonRequest) -> list[Answer]:
    """Cells to be shown: what may be read, and what is empty."""
    readable = Answer.objects.visible_to(request.user)
    return list(asked.filter(Q(state=Answer.State.OPEN) | Q(pk__in=readable.values("pk"))))


def _onward(request: PersonRequest, case: Case, who: Participant, number: int) -> HttpResponse:
    """To the question asked for by the button, or back to all answers."""
    to = {"next": number + 1, "previous": number - 1, "more": number}.get(request.POST.get("then", ""), 0)
    if to in Question:
        return redirect("meetings:answer", case=case.pk, participant=who.pk, number=to)
    return redirect("meetings:answers", case=case.pk)
