"""Loops of a case: back to the areas, two of one, one of two, its end; and who comes back."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.problems import Refusal
from partners import machine, policies
from partners.forms.loops import CloseForm, MergeOfferForm, ReturnForm, RevisitForm, SplitForm
from partners.machine import CaseEvent
from partners.models import CandidateArea, Case, CaseMerge, Participant
from partners.services import cases, loops, merging, participants
from partners.views.reach import PARTICIPANTS, the_case, the_participant


@page
def case_revisit(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Go back to the areas with a reason."""
    case = the_case(request, pk, "case.park")
    form = RevisitForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _done(form, loops.revisit_areas, case=case, actor=Actor.person(request.user))
    ):
        return redirect("partners:areas", pk=case.pk)
    return _form_page(request, "partners/case_revisit.html", case, form, CaseEvent.AREAS_REVISITED)


@page
def case_close(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Close the case with a reason and what one learnt."""
    case = the_case(request, pk, "case.park")
    form = CloseForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _done(form, cases.close, case=case, actor=Actor.person(request.user))
    ):
        return redirect(case)
    return _form_page(request, "partners/case_close.html", case, form, CaseEvent.CLOSED)


@page
def case_split(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose the areas and partners that go on in a new case."""
    case = the_case(request, pk, "case.park")
    partners = PARTICIPANTS.filter(case=case, state__in=Participant.ORDER[3:])
    form = SplitForm(request.POST or None, case=case, partners=partners)
    if request.method == "POST" and form.is_valid():
        try:
            new = loops.split(case=case, parting=form.parting(), actor=Actor.person(request.user))
        except Refusal as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(
                request, _("The new case is open; the partners who went are open to talk in it.")
            )
            return redirect(new)
    single = case.areas.filter(state=CandidateArea.State.AGREED).count() < 2
    why_not = (
        _("Only one area is in the talks: take another one in before you split the case.") if single else ""
    )
    return _form_page(request, "partners/case_split.html", case, form, CaseEvent.SPLIT, why_not)


@page
def merge_offer(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Offer to carry the case on inside another one."""
    case = the_case(request, pk, "case.park")
    form = MergeOfferForm(request.POST or None, cases=_others(request, case))
    if request.method == "POST" and form.is_valid():
        try:
            merge = merging.offer(case=case, actor=Actor.person(request.user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return redirect("partners:merge", pk=merge.pk)
    return _form_page(request, "partners/merge_offer.html", case, form, CaseEvent.MERGED_AWAY)


@page
def merge(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """An offer to merge, for the people of both initiators: what it discloses, why, and the answer."""
    found = _merge(request, pk)
    context = {
        "merge": found,
        "told": merging.disclosed(found),
        "ours": policies.allows(request.user, "case.inside", found.case),
        "may_answer": found.state == "offered" and policies.allows(request.user, "case.park", found.into),
        "against": merging.why_not(found.case, found.into) if found.state == "offered" else [],
    }
    return render(request, "partners/merge.html", context)


@command
def merge_accept(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Take the offered case in."""
    found = _merge(request, pk)
    policies.require(request.user, "case.park", found.into)
    merging.accept(merge=found, actor=Actor.person(request.user), word=request.POST.get("word", ""))
    messages.success(request, _("The two cases go on as one: their municipalities are late partners here."))
    return redirect(found.into)


@command
def merge_decline(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Say no to the offer, with a word."""
    found = _merge(request, pk)
    policies.require(request.user, "case.park", found.into)
    merging.decline(merge=found, actor=Actor.person(request.user), word=request.POST.get("word", ""))
    return redirect("partners:merge", pk=found.pk)


@page
def participant_return(request: PersonRequest, pk: uuid.UUID, participant: uuid.UUID) -> HttpResponse:
    """Take up again with a municipality that had left."""
    case = the_case(request, pk, "case.run")
    party = the_participant(case, participant)
    form = ReturnForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _done(form, participants.come_back, participant=party, actor=Actor.person(request.user))
    ):
        return redirect("partners:contacts", pk=case.pk)
    verdict = machine.on_party(party.state, machine.PartyEvent.COME_BACK, left_from=party.left_from)
    context = {
        "form": form,
        "case": case,
        "participant": party,
        "why_not": verdict.reason if isinstance(verdict, machine.Refused) else "",
        "back_to": Participant.State(verdict.to).label if isinstance(verdict, machine.Move) else "",
    }
    return render(request, "partners/participant_return.html", context, status=form_status(request))


def _done(form: Form, act: Callable[..., object], **subject: object) -> bool:
    """Whether the act was done with what the form says; a refusal stands above the form."""
    try:
        act(**subject, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, list(refusal.reasons))
        return False
    return True


def _form_page(
    request: PersonRequest, template: str, case: Case, form: Form, event: CaseEvent, why_not: str = ""
) -> HttpResponse:
    """The form, or the reason why there is none now."""
    verdict = machine.on_case(case.state, event, rested_from=case.parked_from)
    if isinstance(verdict, machine.Refused):
        why_not = verdict.reason
    context = {"form": form, "case": case, "why_not": why_not}
    return render(request, template, context, status=form_status(request))


def _others(request: PersonRequest, case: Case) -> QuerySet[Case]:
    """Cases of others in which our municipality takes part, with an area in one of our functions."""
    functions = case.areas.exclude(state=CandidateArea.State.SET_ASIDE).values("function")
    there = Participant.objects.filter(municipality=case.initiator_id, state__in=Participant.IN_TOUCH)
    areas = CandidateArea.objects.filter(function__in=functions).exclude(state=CandidateArea.State.SET_ASIDE)
    found = Case.objects.visible_to(request.user).exclude(pk=case.pk).exclude(state__in=Case.RESTING)
    return found.filter(pk__in=there.values("case")).filter(pk__in=areas.values("case"))


def _merge(request: PersonRequest, pk: uuid.UUID) -> CaseMerge:
    """The offer, for whoever is inside one of the two cases; to anybody else it does not exist."""
    mine = [seat.municipality_id for seat in policies.seats(request.user) if seat.municipality_id]
    rows = CaseMerge.objects.select_related("case__initiator", "into__initiator", "offered_by")
    return get_object_or_404(rows, Q(case__initiator__in=mine) | Q(into__initiator__in=mine), pk=pk)
