"""Typing for all at the meeting: one question, all municipalities in a row, empty cells alone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from imc_portal.core.problems import Refusal
from meetings import policies
from meetings.forms.answers import AnswerForm, Screen
from meetings.models import Answer
from meetings.models.clarification import Question
from meetings.services import answers as services
from meetings.views.answers import cells_of, unsaved
from partners.models import Case, Participant


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of the question and a row for each municipality that has not answered on it."""

    title: str
    rows: list[tuple[Participant, AnswerForm]]


@sensitive_post_parameters()
@page
def type_for_all(request: PersonRequest, case: uuid.UUID, number: int) -> HttpResponseBase:
    """What is still empty in one question, for every municipality; what was answered is not shown."""
    visible = Case.objects.visible_to(request.user).select_related("initiator")
    found = get_object_or_404(visible, pk=case)
    policies.require(request.user, "answers.type", found)
    if number not in Question or not found.rounds.exists():
        raise Http404
    asked = list(cells_of(found, number).filter(participant__state__in=Participant.ACTIVE))
    empty = [cell for cell in asked if cell.state == Answer.State.OPEN]
    screen = Screen(empty, request.POST if request.method == "POST" else None, compact=True)
    lost = unsaved(asked, empty, request)
    refused: list[str] = []
    if request.method == "POST" and screen.is_valid():
        try:
            services.type_for_all(typed=_typed(request, screen), actor=Actor.person(request.user))
        except Refusal as refusal:
            refused = list(refusal.reasons)
        else:
            if not lost:
                return _onward(request, found, number)
            screen = Screen(
                [cell for cell in _again(found, number) if cell.state == Answer.State.OPEN], compact=True
            )
    context = {
        "case": found,
        "question": Question(number),
        "questions": Question,
        "number": number,
        "subjects": _subjects(screen),
        "lost": lost,
        "refused": refused,
        "answered": len(asked) - len(empty),
        "total": len(asked),
    }
    return render(request, "meetings/typing.html", context, status=form_status(request))


def _again(case: Case, number: int) -> list[Answer]:
    return list(cells_of(case, number).filter(participant__state__in=Participant.ACTIVE))


def _typed(request: PersonRequest, screen: Screen) -> list[services.Typed]:
    """By municipality: what was typed, and whether by the host or by its own people."""
    by_party: dict[Participant, list[services.Reply]] = {}
    for form in screen.forms:
        if form.has_changed():
            by_party.setdefault(form.instance.participant, []).append(form.reply())
    return [
        services.Typed(who, replies, not policies.allows(request.user, "answers.give", who))
        for who, replies in sorted(by_party.items(), key=lambda item: str(item[0].pk))
    ]


def _subjects(screen: Screen) -> list[Subject]:
    """Subject by subject, the initiator first, then by name."""
    subjects: dict[tuple[str, ...], Subject] = {}
    for form in sorted(screen.forms, key=lambda one: _place(one.instance)):
        cell = form.instance
        key = (cell.about, str(cell.call_id), str(cell.body_id))
        subjects.setdefault(key, Subject(cell.about, [])).rows.append((cell.participant, form))
    return list(subjects.values())


def _place(cell: Answer) -> tuple[str, str, bool, str]:
    function = cell.area.function_id if cell.area else "~"
    return function, cell.about, not cell.participant.is_initiator, str(cell.participant)


def _onward(request: PersonRequest, case: Case, number: int) -> HttpResponse:
    to = {"next": number + 1, "previous": number - 1}.get(request.POST.get("then", ""), 0)
    if to in Question:
        return redirect("meetings:type_for_all", case=case.pk, number=to)
    return redirect("meetings:answers", case=case.pk)
