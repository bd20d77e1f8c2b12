"""Figures: what is known of each member, the terms of each area, and what the estimate then says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import Stale
from partners.models import CandidateArea, Function, Participant
from proposals import policies, services
from proposals.documents import ground, wording
from proposals.documents.facts import told_by
from proposals.documents.ground import Ground
from proposals.estimate import Estimate
from proposals.estimate.figures import SCENARIOS
from proposals.forms import AreaTermsForm, MemberInputForm
from proposals.models import AreaTerms, MemberInput, Proposal, ProposalVersion
from proposals.services.inputs import seen_mark
from proposals.sheet import known, sheet
from proposals.views.frame import find_proposal, frame, latest


@page
def figures(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The figures of one area; with `member` the form for what that member told."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.read", proposal)
    return _show(request, proposal, request.GET.get("function", ""), member=request.GET.get("member", ""))


@command
def input_save(request: PersonRequest, pk: UUID, function: str, participant: UUID) -> HttpResponseBase:
    """Keep what one member told of one area."""
    proposal, area, member = _named(request, pk, function, participant)
    entry = MemberInput.objects.filter(proposal=proposal, participant=member, function=area).first()
    form = MemberInputForm(
        request.POST,
        instance=entry or MemberInput(proposal=proposal, participant=member, function=area),
        **_units(proposal, ground.read(proposal.case), function),
    )
    if not form.is_valid():
        return _show(request, proposal, function, member=str(member.pk), entry_form=form)
    try:
        services.set_input(
            proposal=proposal,
            participant=member,
            function=area,
            actor=Actor.person(request.user),
            **form.cleaned_data,
        )
    except Stale as stale:
        current = MemberInput.objects.filter(proposal=proposal, participant=member, function=area).first()
        _as_it_stands(request, form, current, stale)
        return _show(request, proposal, function, member=str(member.pk), entry_form=form, status=409)
    messages.success(request, _("Kept for %(name)s.") % {"name": member})
    return _back(proposal, function, "known")


@command
def input_clear(request: PersonRequest, pk: UUID, function: str, participant: UUID) -> HttpResponseBase:
    """Take out what one member told of one area."""
    proposal, area, member = _named(request, pk, function, participant)
    entry = MemberInput.objects.filter(proposal=proposal, participant=member, function=area).first()
    if entry:
        entry.proposal = proposal
        services.clear_input(entry=entry, actor=Actor.person(request.user))
        messages.success(request, _("Taken out for %(name)s.") % {"name": member})
    return _back(proposal, function, "known")


@command
def terms_save(request: PersonRequest, pk: UUID, function: str) -> HttpResponseBase:
    """Keep the terms of one area."""
    proposal, area = _area(request, pk, function)
    held = AreaTerms.objects.filter(proposal=proposal, function=area).first()
    form = AreaTermsForm(
        request.POST,
        instance=held or AreaTerms(proposal=proposal, function=area),
        currency=_currency(proposal),
    )
    if not form.is_valid():
        return _show(request, proposal, function, terms_form=form)
    try:
        services.set_terms(
            proposal=proposal, function=area, actor=Actor.person(request.user), **form.cleaned_data
        )
    except Stale as stale:
        current = AreaTerms.objects.filter(proposal=proposal, function=area).first()
        _as_it_stands(request, form, current, stale)
        return _show(request, proposal, function, terms_form=form, status=409)
    messages.success(request, _("The terms are kept."))
    return _back(proposal, function, "terms")


# --- what the address names ---------------------------------------------------------------------------


def _area(request: PersonRequest, pk: UUID, code: str) -> tuple[Proposal, Function]:
    """A proposal that may be written and one of its areas, or 404."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.draft", proposal)
    agreed = proposal.case.areas.filter(state=CandidateArea.State.AGREED)
    return proposal, get_object_or_404(Function, pk__in=agreed.values("function"), code=code)


def _named(
    request: PersonRequest, pk: UUID, code: str, participant: UUID
) -> tuple[Proposal, Function, Participant]:
    """The same, and a participant of the case."""
    proposal, function = _area(request, pk, code)
    participants = proposal.case.participants.select_related("municipality")
    return proposal, function, get_object_or_404(participants, pk=participant)


def _back(proposal: Proposal, code: str, part: str) -> HttpResponseRedirect:
    url = reverse("proposals:figures", args=[proposal.pk])
    return redirect(f"{url}?{urlencode({'function': code})}#{part}")


# --- the page -------------------------------------------------------------------------------------------


def _show(
    request: PersonRequest,
    proposal: Proposal,
    code: str,
    *,
    member: str = "",
    entry_form: MemberInputForm | None = None,
    terms_form: AreaTermsForm | None = None,
    status: int = 0,
) -> HttpResponse:
    version = latest(proposal)
    found = ground.read(proposal.case, version)
    facts = told_by(proposal.case, found)
    context = frame(request.user, version, facts=facts)
    context |= {"shown": None, "functions": [], "here": "figures"}
    context["sections"] = [replace(section, current=False) for section in context["sections"]]
    context["may_write"] = context["may_draft"] and version.state != ProposalVersion.State.SUBMITTED
    if found.functions:
        code = code if code in found.functions else next(iter(found.functions))
        estimate = next(one for one in facts.estimates if one.service.code == code)
        context |= _of_area(request, proposal, found, estimate)
        if context["may_write"]:
            context |= _forms(proposal, found, code, member, entry_form, terms_form)
    refused = bool(entry_form or terms_form)
    return render(request, "proposals/figures_page.html", context, status=status or (422 if refused else 200))


def _of_area(request: PersonRequest, proposal: Proposal, found: Ground, estimate: Estimate) -> dict[str, Any]:
    """What the page shows of one area."""
    code, currency = estimate.service.code, _currency(proposal)
    scenario = request.GET.get("scenario", "")
    scenario = scenario if scenario in SCENARIOS else "central"
    base = reverse("proposals:figures", args=[proposal.pk])
    return {
        "function": found.functions[code],
        "functions": [
            {"label": str(one), "url": f"{base}?{urlencode({'function': key})}", "current": key == code}
            for key, one in found.functions.items()
        ],
        "estimate": estimate,
        "known": known(found, code, estimate, currency),
        "terms": found.terms.get(code),
        "currency": currency,
        "volume_unit": _units(proposal, found, code)["volume_unit"],
        "sheet": sheet(estimate, found.cost_key, scenario, currency),
        "scenario": wording.scenario(scenario),
        "scenarios": [
            {
                "label": wording.scenario(name),
                "url": f"{base}?{urlencode({'function': code, 'scenario': name})}#keys",
                "current": name == scenario,
            }
            for name in SCENARIOS
        ],
    }


def _forms(
    proposal: Proposal,
    found: Ground,
    code: str,
    member: str,
    entry_form: MemberInputForm | None,
    terms_form: AreaTermsForm | None,
) -> dict[str, Any]:
    """The form of the terms, and the one of the member that was chosen."""
    function = found.functions[code]
    chosen = next((one for one in found.group if str(one.pk) == member), None)
    if chosen and entry_form is None:
        entry = found.inputs.get((chosen.pk, code))
        blank = MemberInput(proposal=proposal, participant=chosen, function=function)
        entry_form = MemberInputForm(instance=entry or blank, **_units(proposal, found, code))
    held = found.terms.get(code) or AreaTerms(proposal=proposal, function=function)
    return {
        "chosen": chosen,
        "entry_form": entry_form if chosen else None,
        "terms_form": terms_form or AreaTermsForm(instance=held, currency=_currency(proposal)),
    }


def _currency(proposal: Proposal) -> str:
    return wording.currency_of(proposal.case.initiator.country)


def _units(proposal: Proposal, found: Ground, code: str) -> dict[str, str]:
    """Units of the fields: the currency of the country, and the unit that the initiator measures in."""
    baseline = found.baseline(found.group[0], code)
    unit = baseline.volume_unit if baseline else ""
    return {"currency": _currency(proposal), "volume_unit": unit}


def _as_it_stands(
    request: PersonRequest,
    form: MemberInputForm | AreaTermsForm,
    current: MemberInput | AreaTerms | None,
    stale: Stale,
) -> None:
    """Say in the form that somebody was faster; what was typed stays, and may then be kept."""
    typed = request.POST.copy()
    typed["seen"] = seen_mark(current) if current else ""
    form.data = typed
    form.add_error(
        None, f"{stale} {_('What stands there now is in the table; keep yours again if it holds.')}"
    )
