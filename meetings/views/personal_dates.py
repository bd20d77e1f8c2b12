"""A date by personal link: which times suit, for several people of one municipality."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.models import DatePoll
from meetings.services import dates
from meetings.services.dates import Party
from meetings.views.dates import form_for, own_names
from meetings.views.holder import HolderRequest, holder_page


@require_http_methods(["GET", "POST"])
@holder_page
def poll(request: HolderRequest, poll: uuid.UUID) -> HttpResponseBase:
    """The times by the clock of the own municipality; POST records what one person says."""
    participant = request.participant
    found = get_object_or_404(DatePoll.objects.select_related("meeting"), pk=poll, case=participant.case_id)
    found.case = participant.case
    party, slots = Party(participant=participant), list(found.slots.all())
    name = request.GET.get("name", "")[:150] or (participant.contact.name if participant.contact else "")
    posted = request.POST if request.method == "POST" else None
    form = form_for(found, party, slots, participant.municipality.time_zone, name, posted)
    if form.is_bound and form.is_valid():
        try:
            dates.answer(
                poll=found,
                party=party,
                name=form.cleaned_data["name"],
                values=form.values,
                actor=Actor.holder(request.link),
            )
        except Refusal as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("Recorded. You can change it until the date is fixed."))
            return redirect("personal:dates", token=request.token, poll=found.pk)
    context = {
        "participant": participant,
        "me": participant,
        "case": participant.case,
        "token": request.token,
        "link": request.link,
        "poll": found,
        "form": form,
        "own": own_names(found, party),
        "over": found.answer_by < timezone.now(),
    }
    return render(request, "personal/dates.html", context, status=422 if form.is_bound else 200)
