"""The municipality's next steps by personal link."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from imc_portal.core.audit import Actor
from imc_portal.core.http import form_status
from meetings import next_steps
from meetings.forms.steps import DoneForm
from meetings.models import Meeting, NextStep
from meetings.services import steps as services
from meetings.views.holder import HolderRequest, holder_page
from meetings.views.minutes_words import tried
from partners.models import Participant


@require_GET
@holder_page
def steps(request: HolderRequest) -> HttpResponse:
    """What the municipality took on, the open steps first."""
    now = timezone.now()
    standings = [next_steps.standing(step, now) for step in of(request.participant)]
    standings.sort(key=lambda one: (one.state == "done", one.step.due))
    return render(request, "personal/steps.html", _frame(request) | {"standings": standings})


@holder_page
def step(request: HolderRequest, step: uuid.UUID) -> HttpResponseBase:
    """One step of one's own municipality: done, with what came of it."""
    found = get_object_or_404(of(request.participant), pk=step)
    form = DoneForm(request.POST if request.method == "POST" else None)

    def finish() -> None:
        services.finish(step=found, actor=Actor.holder(request.link), **form.cleaned_data)

    if tried(form, finish):
        messages.success(request, _("Done. Thank you."))
        return redirect("personal:steps", token=request.token)
    context = _frame(request) | {
        "standing": next_steps.standing(found, timezone.now()),
        "form": form if found.done_at is None else None,
    }
    return render(request, "personal/step.html", context, status=form_status(request))


def of(participant: Participant) -> QuerySet[NextStep]:
    """The steps of this participant, once the record of their meeting is closed."""
    return (
        NextStep.objects.filter(owner=participant, meeting__state=Meeting.State.HELD)
        .select_related("owner__municipality", "meeting__case")
        .prefetch_related("depends_on__owner__municipality")
    )


def _frame(request: HolderRequest) -> dict[str, object]:
    return {
        "participant": request.participant,
        "me": request.participant,
        "case": request.participant.case,
        "token": request.token,
    }
