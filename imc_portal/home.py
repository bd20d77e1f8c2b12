"""The home page: what is waiting, in order."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from imc_portal.core.http import PersonRequest, page


@page
def home(request: PersonRequest) -> HttpResponse:
    """Waiting for you, waiting for others, coming up, cases."""
    return render(request, "home.html")
