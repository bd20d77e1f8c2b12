"""The home page: what is waiting, in order."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from imc_portal.core.http import PersonRequest, page
from imc_portal.core.models import User
from meetings.waiting import outlook
from partners import policies

#: A home page is read at a glance: each list shows its most urgent, and says how many there are.
MOST = 10


@page
def home(request: PersonRequest) -> HttpResponse:
    """Waiting for you, waiting for others, coming up, cases."""
    context = {
        "outlook": outlook(request.user),
        "office": _office(request.user),
        "most": MOST,
        "shown": f":{MOST}",
        "may_record": policies.allows(request.user, "need.record", None),
    }
    return render(request, "home.html", context)


def _office(user: User) -> str:
    """For whom the person acts, in one line."""
    held = [f"{seat.get_role_display()}, {seat.municipality or seat.body}" for seat in policies.seats(user)]
    if not held and user.is_staff:
        return _("You look after the reference data.")
    return " · ".join(held) or _("You hold no seat yet: the curator gives you one.")
