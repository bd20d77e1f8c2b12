"""One answer with its history, and the way to dispute it once it is open."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import Refusal
from meetings import policies, said_before
from meetings.forms.rounds import DisputeForm
from meetings.models import Answer, AnswerVersion
from meetings.services import answers
from meetings.views.holder import HolderRequest, holder_page
from partners.models import Body, Case, Membership, Participant

RELATED = ("area__function", "call", "body", "participant__municipality", "round__case")


@page
def said(request: PersonRequest, case: uuid.UUID, pk: uuid.UUID) -> HttpResponse:
    """One answer as far as the seal lets this person read it, every version, and a form to dispute it."""
    cell = _readable(request, case, pk)
    versions = AnswerVersion.objects.visible_to(request.user).filter(answer=cell)
    by = _speaker(request, cell)
    context = _context(cell, said_before.told(cell, versions), by)
    return render(request, "meetings/answer_said.html", context)


@command
def dispute(request: PersonRequest, case: uuid.UUID, pk: uuid.UUID) -> HttpResponse:
    """Dispute what another municipality has answered."""
    cell = _readable(request, case, pk)
    by = _speaker(request, cell)
    if by is None:
        raise PermissionDenied
    _dispute(request, cell, by, Actor.person(request.user))
    return redirect("meetings:said", case=case, pk=cell.pk)


@holder_page
def said_by_link(request: HolderRequest, pk: uuid.UUID) -> HttpResponse:
    """The same by personal link."""
    cell = _readable_by_link(request, pk)
    versions = AnswerVersion.objects.visible_to_holder(request.participant).filter(answer=cell)
    context = _context(cell, said_before.told(cell, versions), request.participant)
    context |= {"token": request.token, "participant": request.participant, "me": request.participant}
    return render(request, "personal/answer_said.html", context)


@holder_page
def dispute_by_link(request: HolderRequest, pk: uuid.UUID) -> HttpResponse:
    """Dispute by personal link; what is refused is said where one came from."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    cell = _readable_by_link(request, pk)
    try:
        _dispute(request, cell, request.participant, Actor.holder(request.link))
    except Refusal as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
    return redirect("personal:said", token=request.token, pk=cell.pk)


def _dispute(
    request: PersonRequest | HolderRequest, cell: Answer, by: Participant | Body, actor: Actor
) -> None:
    form = DisputeForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("Say in a few words what you dispute: 1,000 characters at most."))
    answers.dispute(
        answer=cell,
        by=by,
        reason=form.cleaned_data["reason"],
        revision=form.cleaned_data["revision"],
        actor=actor,
    )
    words = _("Your dispute is on record. %(name)s settles it by answering anew.")
    messages.success(request, words % {"name": cell.participant})


def _readable(request: PersonRequest, case: uuid.UUID, pk: uuid.UUID) -> Answer:
    found = get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)
    policies.require(request.user, "answers.read", found)
    rows = Answer.objects.visible_to(request.user).filter(round__case=found)
    return get_object_or_404(rows.select_related(*RELATED), pk=pk)


def _readable_by_link(request: HolderRequest, pk: uuid.UUID) -> Answer:
    rows = Answer.objects.visible_to_holder(request.participant)
    cell = rows.select_related(*RELATED).filter(pk=pk).first()
    if cell is None:
        raise Http404
    return cell


def _speaker(request: PersonRequest, cell: Answer) -> Participant | Body | None:
    """For whom this person would dispute: its municipality in the case, or the facilitator."""
    case = cell.round.case
    parties = case.participants.filter(state__in=Participant.ACTIVE).select_related("municipality")
    for party in parties:
        if policies.allows(request.user, "answers.give", party):
            return party
    seats = Membership.held_by(request.user)
    bodies = {seat.body_id for seat in seats if seat.role == Membership.Role.FACILITATOR}
    attached = case.bodies.filter(body__in=bodies).select_related("body").first()
    return attached.body if attached else None


def _context(
    cell: Answer, versions: list[said_before.Told], by: Participant | Body | None
) -> dict[str, object]:
    own = isinstance(by, Participant) and by.pk == cell.participant_id
    open_still = cell.round.case.state not in answers.OVER
    may = by is not None and not own and open_still and cell.state == Answer.State.ANSWERED
    return {
        "case": cell.round.case,
        "answer": cell,
        "versions": versions,
        "own": own,
        "form": DisputeForm(initial={"revision": cell.revision}) if may else None,
    }
