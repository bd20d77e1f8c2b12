"""For the next step: what the legal check and the feasibility study need and nobody has said yet."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import Refusal
from meetings import policies
from meetings.forms.handover import PartyForm, StakeholderForm, StudyForm
from meetings.models import AreaPreparation, PartyPreparation, Stakeholder
from meetings.services import preparation as services
from meetings.views.holder import HolderRequest, holder_page
from partners.models import CandidateArea, Case, Participant


@page
def preparation(request: PersonRequest, case: uuid.UUID) -> HttpResponse:
    """Area by area what is recorded: the host and the facilitator see all, a party its own."""
    return _show(request, _case(request, case), None)


@page
def study(request: PersonRequest, case: uuid.UUID, area: uuid.UUID) -> HttpResponseBase:
    """Who does the study of an area, and how its cost is shared."""
    found = _case(request, case)
    policies.require(request.user, "preparation.run", found)
    about = _area(found, area)
    kept = AreaPreparation.objects.filter(area=about).first() or AreaPreparation(area=about)
    form = StudyForm(_posted(request), instance=kept, initial={"revision": kept.revision})
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in services.OF_AREA}
        actor, seen = Actor.person(request.user), form.cleaned_data["revision"]
        if _saved(form, lambda: services.record_study(area=about, said=said, revision=seen, actor=actor)):
            messages.success(request, _("It is recorded for the next step."))
            return redirect("meetings:preparation", case=found.pk)
    return _form(request, found, about, form, None)


@page
def party(
    request: PersonRequest, case: uuid.UUID, participant: uuid.UUID, area: uuid.UUID
) -> HttpResponseBase:
    """What one municipality says on an area: itself, or the host for it."""
    found = _case(request, case)
    who = get_object_or_404(
        Participant.objects.filter(case=found).select_related("municipality"), pk=participant
    )
    if not (
        policies.allows(request.user, "answers.give", who)
        or policies.allows(request.user, "preparation.run", found)
    ):
        raise PermissionDenied
    about = _area(found, area)
    form = party_form(request, about, who)
    if (
        request.method == "POST"
        and form.is_valid()
        and save_party(form, about, who, Actor.person(request.user))
    ):
        messages.success(request, _("It is recorded for the next step."))
        return redirect("meetings:preparation", case=found.pk)
    return _form(request, found, about, form, who)


@command
def stakeholder_add(request: PersonRequest, case: uuid.UUID) -> HttpResponseBase:
    """Note whom cooperation would concern."""
    found = _case(request, case)
    policies.require(request.user, "preparation.run", found)
    form = StakeholderForm(request.POST, case=found)
    actor = Actor.person(request.user)
    if form.is_valid() and _saved(
        form, lambda: services.note_stakeholder(stakeholder=form.save(commit=False), actor=actor)
    ):
        return redirect("meetings:preparation", case=found.pk)
    return _show(request, found, form)


@command
def stakeholder_drop(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take somebody off the list."""
    seen = Stakeholder.objects.filter(case__in=Case.objects.visible_to(request.user))
    found = get_object_or_404(seen.select_related("case"), pk=pk)
    policies.require(request.user, "preparation.run", found.case)
    services.drop_stakeholder(stakeholder=found, actor=Actor.person(request.user))
    return redirect("meetings:preparation", case=found.case_id)


@holder_page
def own_party(request: HolderRequest, area: uuid.UUID) -> HttpResponseBase:
    """By link: what one's own municipality says on an area."""
    who = request.participant
    areas = {one.pk: one for one in services.areas_of(who.case)}
    if area not in areas:
        raise Http404
    form = party_form(request, areas[area], who)
    if form.is_bound and form.is_valid() and save_party(form, areas[area], who, Actor.holder(request.link)):
        messages.success(request, _("Thank you. It is recorded for the next step."))
        return redirect("personal:home", token=request.token)
    context = {"participant": who, "case": who.case, "token": request.token}
    context |= {"area": areas[area], "form": form}
    return render(request, "personal/preparation.html", context, status=_status(form))


def party_form(request: HttpRequest, area: CandidateArea, who: Participant) -> PartyForm:
    """The form with what stands there now."""
    kept = PartyPreparation.objects.filter(area=area, participant=who).first()
    kept = kept or PartyPreparation(area=area, participant=who)
    return PartyForm(_posted(request), instance=kept, initial={"revision": kept.revision})


def save_party(form: PartyForm, area: CandidateArea, who: Participant, actor: Actor) -> bool:
    """Whether it was kept; else the form says why not."""
    said = {name: form.cleaned_data[name] for name in services.OF_PARTY}
    seen = form.cleaned_data["revision"]
    return _saved(
        form,
        lambda: services.record_party(area=area, participant=who, said=said, revision=seen, actor=actor),
    )


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200


def _saved(form: Any, act: Callable[[], object]) -> bool:
    try:
        act()
    except Refusal as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
        return False
    return True


def _case(request: PersonRequest, case: uuid.UUID) -> Case:
    found = get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)
    policies.require(request.user, "preparation.read", found)
    return found


def _area(case: Case, area: uuid.UUID) -> CandidateArea:
    found = next((one for one in services.areas_of(case) if one.pk == area), None)
    if found is None:
        raise Http404
    return found


def _form(
    request: PersonRequest, case: Case, area: CandidateArea, form: Any, who: Participant | None
) -> HttpResponse:
    context = {"case": case, "area": area, "form": form, "participant": who}
    return render(request, "meetings/preparation_form.html", context, status=_status(form))


def _show(request: PersonRequest, case: Case, form: StakeholderForm | None) -> HttpResponse:
    runs = policies.allows(request.user, "preparation.run", case)
    sees_all = policies.allows(request.user, "handover.read", case)
    parties = case.participants.filter(state__in=Participant.ACTIVE).select_related("municipality")
    seen = [one for one in parties if sees_all or policies.allows(request.user, "answers.give", one)]
    context = {
        "case": case,
        "areas": _areas(case, seen),
        "runs": runs,
        "sees_all": sees_all,
        "may_write": {one.pk for one in seen if runs or policies.allows(request.user, "answers.give", one)},
        "stakeholders": case.stakeholders.select_related("area__function") if sees_all else [],
        "form": (form or StakeholderForm(case=case)) if runs else None,
    }
    status = 422 if form is not None else 200
    return render(request, "meetings/preparation.html", context, status=status)


def _areas(case: Case, parties: list[Participant]) -> list[dict[str, Any]]:
    """Each area with what is recorded about it; what is not stays empty."""
    said = {
        (one.area_id, one.participant_id): one
        for one in PartyPreparation.objects.filter(area__case=case, participant__in=parties)
    }
    studies = {one.area_id: one for one in AreaPreparation.objects.filter(area__case=case)}
    return [
        {
            "area": area,
            "study": studies.get(area.pk),
            "rows": [{"participant": one, "said": said.get((area.pk, one.pk))} for one in parties],
        }
        for area in services.areas_of(case)
    ]
