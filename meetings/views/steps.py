"""Next steps across cases: open, overdue, waiting, done; finished by the owner, reopened by the host."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from meetings import next_steps, policies
from meetings.forms.steps import DoneForm, FilterForm
from meetings.models import NextStep
from meetings.next_steps import Standing
from meetings.services import steps as services
from meetings.views.minutes_words import tried
from partners import policies as partners

PER_PAGE = 25
STATES = ("open", "overdue", "done", "all")


@dataclass(frozen=True, slots=True)
class Tab:
    """One choice of the filter."""

    label: str
    url: str
    current: bool
    count: int | None = None


@page
def steps(request: PersonRequest) -> HttpResponse:
    """My next steps: of my municipality, or all that I may see; by state and case."""
    chosen = _chosen(request)
    mine = {seat.municipality_id for seat in partners.seats(request.user) if seat.municipality_id}
    seen = list(_all().filter(pk__in=NextStep.objects.visible_to(request.user).values("pk")))
    cases = {step.meeting.case_id: step.meeting.case.title for step in seen}
    if chosen["who"] == "own":
        seen = [step for step in seen if step.owner.municipality_id in mine]
    if chosen["case"] in cases:
        seen = [step for step in seen if step.meeting.case_id == chosen["case"]]
    now = timezone.now()
    standings = sorted((next_steps.standing(step, now) for step in seen), key=_urgency)
    shown = [one for one in standings if _belongs(one, chosen["state"])]
    rows = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": rows,
        "cases": sorted(cases.items(), key=lambda item: item[1]),
        "chosen": chosen,
        "states": [_tab(chosen, state, standings) for state in STATES],
        "has_own": bool(mine),
    }
    return render(request, "meetings/steps.html", context)


@page
def step(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """One step: what it waits for, and done with what came of it."""
    found = _visible(request, pk)
    may = policies.allows(request.user, "step.finish", found)
    form = DoneForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        policies.require(request.user, "step.finish", found)

    def finish() -> None:
        services.finish(step=found, actor=Actor.person(request.user), **form.cleaned_data)

    if tried(form, finish):
        messages.success(request, _("Done. Thank you."))
        return redirect("meetings:steps")
    context = {
        "case": found.meeting.case,
        "standing": next_steps.standing(found, timezone.now()),
        "form": form if may and found.done_at is None else None,
        "may_reopen": policies.allows(request.user, "step.reopen", found),
    }
    return render(request, "meetings/step.html", context, status=form_status(request))


@command
def reopen(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take a step up again, with the reason."""
    found = _visible(request, pk)
    policies.require(request.user, "step.reopen", found)
    because = request.POST.get("because", "").replace("\0", "")
    services.reopen(step=found, because=because, actor=Actor.person(request.user))
    messages.success(request, _("The step is open again."))
    return redirect("meetings:step", pk=found.pk)


def _visible(request: PersonRequest, pk: uuid.UUID) -> NextStep:
    return get_object_or_404(
        _all().filter(pk__in=NextStep.objects.visible_to(request.user).values("pk")), pk=pk
    )


def _all() -> QuerySet[NextStep]:
    return NextStep.objects.select_related(
        "owner__municipality", "meeting__case__initiator"
    ).prefetch_related("depends_on__owner__municipality")


def _chosen(request: PersonRequest) -> dict[str, Any]:
    form = FilterForm(request.GET)
    form.is_valid()
    values = form.cleaned_data
    return {
        "state": values.get("state") if values.get("state") in STATES else "open",
        "who": "all" if values.get("who") == "all" else "own",
        "case": values.get("case"),
    }


def _belongs(one: Standing, state: str) -> bool:
    if state == "open":
        return one.state != "done"
    return state in ("all", one.state)


def _tab(chosen: dict[str, Any], state: str, standings: list[Standing]) -> Tab:
    labels = {"open": _("Not done yet"), "overdue": _("Overdue"), "done": _("Done"), "all": _("All")}
    query = {"state": state, "who": chosen["who"]} | ({"case": chosen["case"]} if chosen["case"] else {})
    url = f"{reverse('meetings:steps')}?{urlencode(query)}"
    count = sum(_belongs(one, state) for one in standings)
    return Tab(labels[state], url, state == chosen["state"], count)


def _urgency(one: Standing) -> tuple[int, str]:
    order = {"overdue": 0, "open": 1, "waits": 2, "done": 3}
    return (order[one.state], one.step.due.isoformat())
