"""The parties of a case: whom we spoke to, who gets the papers, who left."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.problems import Refusal
from partners import machine, policies, turns
from partners.forms import ContactLogForm, LeaveForm, RecipientForm
from partners.models import Case, ContactLog, OfficeHolder, Participant
from partners.services import participants as service
from partners.standings import standings_of
from partners.views.reach import PARTICIPANTS, the_case, the_participant

UNCONTACTED = (Participant.State.LONGLISTED, Participant.State.SET_ASIDE)


@page
def contacts(request: PersonRequest, pk: str) -> HttpResponse:
    """Each party with its contacts, its recipient and what can be done next."""
    case = the_case(request, pk, "case.inside")
    logs = ContactLog.objects.select_related("contact", "logged_by")
    holders = OfficeHolder.objects.in_office()
    parties = (
        PARTICIPANTS.filter(case=case)
        .exclude(state__in=[*UNCONTACTED, Participant.State.INITIATOR])
        .prefetch_related(
            Prefetch("contacts", logs),
            Prefetch("municipality__office_holders", holders, to_attr="holders"),
        )
    )
    stood = standings_of(parties)
    context = {
        "case": case,
        "rows": [
            (party, turns.participant_tone(party.state), stood.get(party.municipality_id))
            for party in parties
        ],
        "may_run": policies.allows(request.user, "case.run", case),
        "may_log": case.has_reached(Case.State.CONTACTING),
        "exits": Participant.EXITS,
        "aside_for_now": machine.ASIDE_FOR_NOW,
    }
    return render(request, "partners/contacts.html", context)


@page
def contact_log(request: PersonRequest, pk: str, participant: str) -> HttpResponse:
    """Log a contact that took place."""
    case = the_case(request, pk, "case.run")
    party = the_participant(case, participant)
    now = timezone.localtime().replace(second=0, microsecond=0)
    initial = {"at": now, "contact": party.contact_id}
    form = ContactLogForm(request.POST or None, participant=party, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            service.log_contact(participant=party, actor=Actor.person(request.user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("The contact with %(name)s is logged.") % {"name": party})
            return redirect("partners:contacts", pk=case.pk)
    context = {"form": form, "case": case, "participant": party}
    return render(request, "partners/contact_log.html", context, status=form_status(request))


@command
def recipient(request: PersonRequest, pk: str, participant: str) -> HttpResponse:
    """Choose to whom the papers go."""
    case = the_case(request, pk, "case.run")
    party = the_participant(case, participant)
    holders = OfficeHolder.objects.in_office().filter(municipality=party.municipality_id)
    form = RecipientForm(request.POST, holders=holders)
    if not form.is_valid():
        raise Refusal(_("Choose a recipient."))
    service.set_recipient(
        participant=party, contact=form.cleaned_data["contact"], actor=Actor.person(request.user)
    )
    return redirect("partners:contacts", pk=case.pk)


@page
def participant_leave(request: PersonRequest, pk: str, participant: str) -> HttpResponse:
    """Record that a party declined, withdrew, did not answer, only observes, or is to be asked later."""
    case = the_case(request, pk, "case.run")
    party = the_participant(case, participant)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.leave(participant=party, actor=Actor.person(request.user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return redirect("partners:contacts", pk=case.pk)
    context = {"form": form, "case": case, "participant": party}
    return render(request, "partners/participant_leave.html", context, status=form_status(request))
