"""The curator's check of offers and requests before others see them."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from partners import policies
from partners.models import Listing
from partners.services import exchange
from partners.views.exchange import the_listing

PER_PAGE = 10


@page
def listing_check(request: PersonRequest) -> HttpResponse:
    """What waits for the check, oldest first, each to publish or to return."""
    policies.require(request.user, "data.curate", None)
    waiting = Listing.objects.visible_to(request.user).filter(state=Listing.State.SUBMITTED)
    waiting = waiting.select_related("municipality", "function", "created_by").order_by("submitted_at")
    found = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"listing": listing, "seen": exchange.seen_mark(listing)} for listing in found]
    context = {"page": found, "rows": rows, "place": "partners"}
    return render(request, "partners/listing_check.html", context)


@command
def listing_publish(request: PersonRequest, pk: str) -> HttpResponse:
    """Publish the text that was read."""
    subject = the_listing(request, pk)
    policies.require(request.user, "data.curate", subject)
    seen = request.POST.get("seen", "")
    exchange.publish(listing=subject, seen=seen, actor=Actor.person(request.user))
    messages.success(request, _("Published: %(title)s") % {"title": subject.title})
    return redirect("partners:listing_check")


@command
def listing_return(request: PersonRequest, pk: str) -> HttpResponse:
    """Send it back with what to change."""
    subject = the_listing(request, pk)
    policies.require(request.user, "data.curate", subject)
    exchange.return_for_change(
        listing=subject,
        seen=request.POST.get("seen", ""),
        reason=request.POST.get("reason", ""),
        actor=Actor.person(request.user),
    )
    messages.success(request, _("Returned to its author: %(title)s") % {"title": subject.title})
    return redirect("partners:listing_check")
