"""Offers and requests: list, page, form, and what their municipality does with them."""

from __future__ import annotations

import math
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, FloatField, Q, QuerySet, Value
from django.db.models.expressions import ExpressionWrapper
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.problems import Refusal
from partners import policies
from partners.forms.exchange import ExchangeFilter, ListingForm
from partners.models import Interest, Listing, Membership, Municipality
from partners.services import exchange, interests

PER_PAGE = 25
EXCERPT = 5
NEAR_KM = 30
KM_PER_DEGREE = 111.19
State = Listing.State
TONES = {
    State.SUBMITTED: "waiting",
    State.RETURNED: "trouble",
    State.PUBLISHED: "done",
    Interest.State.SENT: "waiting",
    Interest.State.WELCOME: "done",
}


@page
def listing_list(request: PersonRequest) -> HttpResponse:
    """Open offers and requests by filter; or, asked for ours, all of one's own with their state."""
    form = ExchangeFilter(request.GET)
    ours = request.GET.get("whose") == "ours"
    own = own_municipalities(request)
    if ours:
        found, problem = _ours(own), ""
    else:
        form.is_valid()
        found, problem = _open(request, form.cleaned_data, own)
    listed = Paginator(found.select_related("municipality", "function"), PER_PAGE)
    context = {
        "page": with_tones(listed.get_page(request.GET.get("page"))),
        "form": form,
        "filtered": any(form.cleaned_data.values()) if not ours else False,
        "problem": problem,
        "ours": ours,
        "own": own,
        "mine": [] if ours else with_tones(_ours(own).select_related("function")[:EXCERPT]),
        "sent": with_tones(_sent(own)),
        "may_add": policies.allows(request.user, "listing.add", None),
        "may_curate": policies.allows(request.user, "data.curate", None),
        "place": "partners",
    }
    return render(request, "partners/listing_list.html", context)


def own_municipalities(request: PersonRequest) -> list[Municipality]:
    """Municipalities in which the person holds a seat, in the order of their names."""
    seats = policies.seats(request.user)
    held = {s.municipality_id: s.municipality for s in seats if s.role in Membership.OF_MUNICIPALITY}
    return sorted((m for m in held.values() if m), key=lambda municipality: municipality.name)


def with_tones(rows: Any) -> Any:
    """Give each row the tone of its state."""
    for row in rows:
        row.tone = "plain" if getattr(row, "is_expired", False) else TONES.get(row.state, "plain")
    return rows


def _ours(own: list[Municipality]) -> QuerySet[Listing]:
    waiting = Count("interests", filter=Q(interests__state=Interest.State.SENT))
    return Listing.objects.filter(municipality__in=own).annotate(new=waiting).order_by("-created_at")


def _sent(own: list[Municipality]) -> QuerySet[Interest]:
    return Interest.objects.filter(municipality__in=own).select_related("listing__municipality")[:EXCERPT]


def _open(
    request: PersonRequest, wanted: dict[str, Any], own: list[Municipality]
) -> tuple[QuerySet[Listing], str]:
    """The open ones that fit the filters, and why a filter was not heard."""
    found = Listing.objects.visible_to(request.user).open()
    if kind := wanted.get("kind"):
        found = found.filter(kind=kind)
    if function := wanted.get("function"):
        found = found.filter(function=function)
    if words := wanted.get("q"):
        found = found.filter(
            Q(title__icontains=words) | Q(text__icontains=words) | Q(municipality__name__icontains=words)
        )
    if wanted.get("mine"):
        regions = {m.region for m in own if m.region}
        counties = {m.county for m in own if m.county and not m.region}
        found = found.filter(Q(municipality__region__in=regions) | Q(municipality__county__in=counties))
    return _near(found, wanted.get("near") or "")


def _near(found: QuerySet[Listing], name: str) -> tuple[QuerySet[Listing], str]:
    if not name:
        return found, ""
    called = Municipality.objects.filter(Q(name__iexact=name) | Q(code=name), latitude__isnull=False)
    centre = called.order_by("-population").first()
    if centre is None:
        return found, _("No municipality with a place on the map is called “%(name)s”.") % {"name": name}
    # A plane that touches the globe here is exact enough for a circle of this size.
    stretch = math.cos(math.radians(centre.latitude or 0)) ** 2
    north = F("municipality__latitude") - Value(centre.latitude)
    east = F("municipality__longitude") - Value(centre.longitude)
    squared = ExpressionWrapper(north * north + east * east * Value(stretch), output_field=FloatField())
    return found.annotate(away=squared).filter(away__lte=(NEAR_KM / KM_PER_DEGREE) ** 2), ""


@page
def listing(request: PersonRequest, pk: str) -> HttpResponse:
    """One offer or request; to its owner and to those interested, also the interest in it."""
    subject = the_listing(request, pk)
    expressed = subject.interests.visible_to(request.user).select_related("municipality", "sent_by")
    writes = policies.allows(request.user, "listing.write", subject)
    taken = {interest.municipality_id for interest in expressed if interest.state != "withdrawn"}
    context = {
        "listing": subject,
        "tone": "plain" if subject.is_expired else TONES.get(State(subject.state), "plain"),
        "interests": [
            {
                "interest": interest,
                "tone": TONES.get(Interest.State(interest.state), "plain"),
                "may_answer": policies.allows(request.user, "interest.answer", interest)
                and interest.state == Interest.State.SENT,
                "may_withdraw": policies.allows(request.user, "interest.withdraw", interest)
                and interest.state in (Interest.State.SENT, Interest.State.WELCOME),
            }
            for interest in expressed
        ],
        "is_ours": subject.municipality in own_municipalities(request),
        "may_write": writes and subject.state != State.CLOSED,
        "may_submit": writes and subject.state in (State.DRAFT, State.RETURNED),
        "may_express": subject.is_open and bool(free_to_express(request, subject, taken)),
        "may_check": subject.state == State.SUBMITTED
        and policies.allows(request.user, "data.curate", subject),
        "closed": interests.why_closed(subject),
        "seen": exchange.seen_mark(subject),
        "place": "partners",
    }
    return render(request, "partners/listing.html", context)


def free_to_express(request: PersonRequest, subject: Listing, taken: set[int]) -> list[Municipality]:
    """Municipalities of the person that may still express interest."""
    mine = policies.writes_for(request.user)
    return [m for m in mine if m.pk != subject.municipality_id and m.pk not in taken]


def the_listing(request: PersonRequest, pk: str) -> Listing:
    """An offer or request that the person may see, else 404."""
    found = Listing.objects.visible_to(request.user)
    return get_object_or_404(found.select_related("municipality", "function", "created_by"), pk=pk)


@page
def listing_create(request: PersonRequest) -> HttpResponse:
    """Draft an offer or a request."""
    policies.require(request.user, "listing.add", None)
    return _listing_form(request, Listing(created_by=request.user))


@page
def listing_edit(request: PersonRequest, pk: str) -> HttpResponse:
    """Change an offer or a request."""
    subject = the_listing(request, pk)
    policies.require(request.user, "listing.write", subject)
    if subject.state == State.CLOSED:
        messages.error(request, _("It is closed and stays as it is."))
        return redirect(subject)
    return _listing_form(request, subject)


def _listing_form(request: PersonRequest, subject: Listing) -> HttpResponse:
    state, new = subject.state, subject._state.adding
    municipalities = policies.writes_for(request.user)
    form = ListingForm(request.POST or None, instance=subject, municipalities=municipalities)
    if request.method == "POST" and form.is_valid():
        try:
            kept = _keep(request, form.save(commit=False), new=new)
        except Refusal as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return redirect(kept)
    context = {
        "form": form,
        "listing": subject,
        "new": new,
        "checked_again": state in (State.PUBLISHED, State.SUBMITTED),
        "place": "partners",
    }
    return render(request, "partners/listing_form.html", context, status=form_status(request))


def _keep(request: PersonRequest, subject: Listing, *, new: bool) -> Listing:
    actor = Actor.person(request.user)
    kept = (
        exchange.draft(listing=subject, actor=actor) if new else exchange.edit(listing=subject, actor=actor)
    )
    if request.POST.get("then") == "submit" and kept.state in (State.DRAFT, State.RETURNED):
        kept = exchange.submit(listing=kept, actor=actor)
    if kept.state == State.SUBMITTED:
        messages.success(request, _("It waits for the curator's check; others see it once it is published."))
    else:
        messages.success(request, _("Kept. Only your municipality sees it until you send it to the curator."))
    return kept


@command
def listing_submit(request: PersonRequest, pk: str) -> HttpResponse:
    """Send it to the curator."""
    subject = the_listing(request, pk)
    policies.require(request.user, "listing.write", subject)
    exchange.submit(listing=subject, actor=Actor.person(request.user))
    messages.success(request, _("It waits for the curator's check; others see it once it is published."))
    return redirect(subject)


@command
def listing_close(request: PersonRequest, pk: str) -> HttpResponse:
    """Close it: enough partners found, or withdrawn."""
    subject = the_listing(request, pk)
    policies.require(request.user, "listing.write", subject)
    because = request.POST.get("because", "")
    exchange.close(listing=subject, because=because, actor=Actor.person(request.user))
    messages.success(request, _("It is closed and no longer on the list."))
    return redirect(subject)
