"""The home page: what is waiting, in order."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from imc_portal.core.http import PersonRequest, page
from meetings.waiting import outlook
from partners import policies

#: A home page is read at a glance: each list shows its most urgent, and says how many there are.
MOST = 10


@page
def home(request: PersonRequest) -> HttpResponse:
    """Waiting for you, waiting for others, coming up, cases."""
    context = {
        "outlook": outlook(request.user),
        "seats": policies.seats(request.user),
        "most": MOST,
        "shown": f":{MOST}",
        "may_record": policies.allows(request.user, "need.record", None),
    }
    return render(request, "home.html", context)
