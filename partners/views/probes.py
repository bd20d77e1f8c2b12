"""Private interest: what one's own municipality said, the portal's questions to it, and what both said.

No page here reads what another municipality said, unless both said yes.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal
from partners import policies
from partners.forms.exchange import PrivateAnswerForm, PrivateYesForm
from partners.models import Municipality, Probe, ProbeQuestion
from partners.services import probes
from partners.surroundings import FEWEST, circle_of, in_alphabetical_order
from partners.views.exchange import own_municipalities

LATEST = 20


@page
def probe_list(request: PersonRequest) -> HttpResponse:
    """Questions to us, yeses on both sides, our own yeses, and what we did here."""
    own = own_municipalities(request)
    said = Probe.objects.visible_to(request.user).filter(interested=True)
    said = said.select_related("municipality", "other", "function").order_by("-said_at", "other__name")
    questions = ProbeQuestion.objects.visible_to(request.user).select_related("municipality", "function")
    trail = AuditEntry.objects.filter(context__in=[probes.context_of(m) for m in own])
    context = {
        "both": said.mutual(),
        "alone": said.exclude(Exists(Probe.returned())),
        "questions": questions.filter(answered_at=None),
        "events": [_event(entry) for entry in trail[:LATEST]],
        "own": own,
        "several": len(own) > 1,
        "may_ask": policies.allows(request.user, "probe.ask", None),
        "fewest": FEWEST,
        "again_after": probes.AGAIN_AFTER.days,
        "place": "partners",
    }
    return render(request, "partners/probe_list.html", context)


def _event(entry: AuditEntry) -> dict[str, Any]:
    return {
        "text": _("%(act)s: %(what)s") % {"act": capfirst(_(entry.verb)), "what": entry.target_text},
        "who": _("the portal") if entry.actor_key == "portal" else entry.actor_name,
        # The day alone: the minute of a question could tell who sat at the portal then.
        "when": timezone.localdate(entry.at),
        "tone": "plain",
    }


@page
def probe_ask(request: PersonRequest) -> HttpResponse:
    """Say a private yes about municipalities around one's own."""
    policies.require(request.user, "probe.ask", None)
    writes = policies.writes_for(request.user)
    municipality = _acting(request, writes)
    askable = Municipality.objects.filter(pk__in=circle_of(municipality).askable)
    form = PrivateYesForm(
        request.POST or None, municipality=municipality, around=in_alphabetical_order(askable)
    )
    if request.method == "POST" and form.is_valid():
        try:
            probes.ask(
                municipality=municipality,
                others=form.cleaned_data["others"],
                function=form.cleaned_data["function"],
                actor=Actor.person(request.user),
            )
        except Refusal as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("Kept. You will hear if they say yes too."))
            return redirect("partners:probe_list")
    context = {
        "form": form,
        "municipality": municipality,
        "others": [other for other in writes if other != municipality],
        "nobody": not form.around,
        "fewest": FEWEST,
        "again_after": probes.AGAIN_AFTER.days,
        "place": "partners",
    }
    return render(request, "partners/probe_ask.html", context, status=form_status(request))


def _acting(request: PersonRequest, writes: list[Municipality]) -> Municipality:
    """The municipality named by the page, or the only one; one that is not theirs is not found."""
    named = request.POST.get("municipality") or request.GET.get("municipality")
    if named is None or named == "":
        return writes[0]
    for municipality in writes:
        if str(municipality.pk) == named:
            return municipality
    raise Http404


@command
def probe_withdraw(request: PersonRequest, pk: str) -> HttpResponse:
    """Take a yes back."""
    said = Probe.objects.visible_to(request.user).filter(interested=True).select_related("other", "function")
    probe = get_object_or_404(said, pk=pk)
    policies.require(request.user, "probe.speak", probe)
    probes.withdraw(probe=probe, actor=Actor.person(request.user))
    messages.success(request, _("Your yes is withdrawn, as if it had never been said."))
    return redirect("partners:probe_list")


@page
def probe_question(request: PersonRequest, pk: str) -> HttpResponse:
    """The portal's question: tick with whom it could interest us."""
    found = ProbeQuestion.objects.visible_to(request.user).select_related("municipality", "function")
    question = get_object_or_404(found, pk=pk)
    policies.require(request.user, "probe.speak", question)
    if question.answered_at:
        messages.info(request, _("This question is answered already."))
        return redirect("partners:probe_list")
    about = in_alphabetical_order(question.about.all())
    said = Probe.objects.filter(
        municipality=question.municipality, function=question.function, interested=True
    )
    initial = {"others": [str(key) for key in said.values_list("other_id", flat=True)]}
    # An answer may tick nobody: then nothing is posted, and it is an answer all the same.
    data = request.POST if request.method == "POST" else None
    form = PrivateAnswerForm(data, about=about, initial=initial)
    if request.method == "POST" and form.is_valid():
        actor = Actor.person(request.user)
        try:
            probes.answer(question=question, interested=form.cleaned_data["others"], actor=actor)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your answer is kept. You will hear if one of them says yes too."))
        return redirect("partners:probe_list")
    context = {"form": form, "question": question, "again_after": probes.AGAIN_AFTER.days}
    context |= {"place": "partners"}
    return render(request, "partners/probe_question.html", context, status=form_status(request))
