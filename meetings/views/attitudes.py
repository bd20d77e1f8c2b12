"""The page of attitudes, and the form in which a lead states one or the host records one."""

from __future__ import annotations

import uuid
from itertools import zip_longest

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from imc_portal.core.problems import Refusal
from meetings import gates, policies, stances
from meetings.forms.attitudes import AttitudeForm
from meetings.models import Attitude, CaseRules
from meetings.services import attitudes as services
from partners.models import Case, Participant


@page
def attitudes(request: PersonRequest, case: uuid.UUID) -> HttpResponse:
    """Each municipality's latest attitude, the areas in common, and whether a formal meeting can follow."""
    found = get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)
    policies.require(request.user, "answers.read", found)
    stated = Attitude.objects.visible_to(request.user).filter(participant__case=found)
    history = list(
        stated.select_related("participant__municipality").prefetch_related("by_area__area__function")
    )
    active = found.participants.filter(state__in=Participant.ACTIVE).select_related("municipality")
    context = {
        "case": found,
        "rows": [_row(request, found, who, history) for who in sorted(active, key=_initiator_first)],
        "common": gates.common_areas(found),
        "rule": gates.rule_in_words(CaseRules.of(found)),
        "reasons": gates.formal_meeting(found),
        "refused": services.why_not(found),
        "convened": found.has_reached(Case.State.FORMAL_CONVENED),
        "runs": policies.allows(request.user, "attitude.record", found),
    }
    return render(request, "meetings/attitudes.html", context)


@page
def attitude(request: PersonRequest, case: uuid.UUID, participant: uuid.UUID) -> HttpResponseBase:
    """State one's own municipality's attitude, or record who stated another's."""
    found = get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)
    parties = Participant.objects.filter(case=found).select_related("municipality", "case")
    who = get_object_or_404(parties, pk=participant)
    speaker = _speaker(request, found, who)
    latest = latest_of(who)
    data = request.POST if request.method == "POST" else None
    form = AttitudeForm(data, case=found, stated_by=speaker, latest=latest)
    if request.method == "POST" and form.is_valid():
        try:
            services.state_attitude(participant=who, actor=Actor.person(request.user), **form.stated())
        except Refusal as refusal:
            latest = refuse(form, refusal, who)
        else:
            messages.success(request, _("The attitude of %(name)s is recorded.") % {"name": who})
            return redirect("meetings:attitudes", case=found.pk)
    context = {"case": found, "participant": who, "form": form, "own": bool(speaker), "latest": latest}
    return render(request, "meetings/attitudes_state.html", context, status=form_status(request))


def latest_of(who: Participant) -> Attitude | None:
    """What the municipality stated last, with its areas."""
    return who.attitudes.prefetch_related("by_area__area__function").order_by("-stated_at").first()


def refuse(form: AttitudeForm, refusal: Refusal, who: Participant) -> Attitude | None:
    """Say why with all that was typed; who has now read the newest statement may record over it."""
    for reason in refusal.reasons:
        form.add_error(None, reason)
    latest = latest_of(who)
    form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict, bound here
    form.data["seen"] = str(latest.pk) if latest else ""  # type: ignore[index]  # a copy may be written to
    return latest


def told(history: list[Attitude]) -> list[dict[str, object]]:
    """Statements of one municipality, newest first, each with what it changed."""
    return [
        {"attitude": now, "changes": stances.changes(now, earlier)}
        for now, earlier in zip_longest(history, history[1:])
    ]


def _row(request: PersonRequest, case: Case, who: Participant, history: list[Attitude]) -> dict[str, object]:
    own = told([attitude for attitude in history if attitude.participant_id == who.pk])
    may = policies.allows(request.user, "attitude.state", who)
    return {
        "participant": who,
        "latest": own[0] if own else None,
        "earlier": own[1:],
        "states": may,
        "records": not may and policies.allows(request.user, "attitude.record", case),
    }


def _speaker(request: PersonRequest, case: Case, who: Participant) -> str:
    """The lead's own name; empty for a host, who has to name the speaker; 403 for anybody else."""
    if policies.allows(request.user, "attitude.state", who):
        return str(request.user)
    if not policies.allows(request.user, "attitude.record", case):
        raise PermissionDenied
    return ""


def _initiator_first(who: Participant) -> tuple[bool, str]:
    return (not who.is_initiator, who.municipality.name)
