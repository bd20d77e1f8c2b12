"""Expressions of interest: the standard form, the answer, the withdrawal."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.problems import Refusal
from partners import policies
from partners.forms.exchange import InterestForm
from partners.models import Interest, Listing, Municipality
from partners.services import interests
from partners.views.exchange import free_to_express, the_listing


@page
def interest_create(request: PersonRequest, pk: str) -> HttpResponse:
    """Express interest in an offer or a request of another municipality."""
    subject = the_listing(request, pk)
    policies.require(request.user, "interest.express", subject)
    expressed = subject.interests.visible_to(request.user).exclude(state=Interest.State.WITHDRAWN)
    free = free_to_express(request, subject, set(expressed.values_list("municipality_id", flat=True)))
    problem = interests.why_closed(subject) or (
        "" if free else _("Your municipality has already expressed its interest.")
    )
    if problem:
        messages.error(request, problem)
        return redirect(subject)
    return _interest_form(request, subject, free)


def _interest_form(request: PersonRequest, subject: Listing, free: list[Municipality]) -> HttpResponse:
    initial = {"contact_name": request.user.name, "contact_email": request.user.email}
    form = InterestForm(
        request.POST or None, instance=Interest(listing=subject), initial=initial, municipalities=free
    )
    if request.method == "POST" and form.is_valid():
        try:
            interests.express(interest=form.save(commit=False), actor=Actor.person(request.user))
        except Refusal as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(
                request, _("Sent to %(name)s. Nobody else sees it.") % {"name": subject.municipality}
            )
            return redirect(subject)
    context = {"form": form, "listing": subject, "place": "partners"}
    return render(request, "partners/interest_form.html", context, status=form_status(request))


@command
def interest_answer(request: PersonRequest, pk: str) -> HttpResponse:
    """Answer: let us talk, or not this time."""
    interest = _interest(request, pk)
    policies.require(request.user, "interest.answer", interest)
    interests.answer(
        interest=interest,
        state=request.POST.get("state", ""),
        reply=request.POST.get("reply", ""),
        actor=Actor.person(request.user),
    )
    messages.success(request, _("Your answer is sent to %(name)s.") % {"name": interest.municipality})
    return redirect(interest.listing)


@command
def interest_withdraw(request: PersonRequest, pk: str) -> HttpResponse:
    """Take one's interest back."""
    interest = _interest(request, pk)
    policies.require(request.user, "interest.withdraw", interest)
    interests.withdraw(interest=interest, actor=Actor.person(request.user))
    messages.success(request, _("Your expression of interest is withdrawn."))
    if Listing.objects.visible_to(request.user).filter(pk=interest.listing_id).exists():
        return redirect(interest.listing)
    return redirect("partners:listing_list")


def _interest(request: PersonRequest, pk: str) -> Interest:
    found = Interest.objects.visible_to(request.user)
    return get_object_or_404(found.select_related("listing__municipality", "municipality"), pk=pk)
