"""The rules of a case, for its lead and focal point."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from imc_portal.core.problems import Refusal
from meetings import chain, policies
from meetings.forms.rules import RulesForm
from meetings.models import CaseRules
from meetings.services import rules as service
from partners.models import Case


@page
def rules(request: PersonRequest, case: uuid.UUID) -> HttpResponseBase:
    """What the parties agreed on: quorum, notice, deadlines, and what must be before a formal meeting."""
    found = get_object_or_404(chain.with_chain(Case.objects.visible_to(request.user)), pk=case)
    policies.require(request.user, "rules.set", found)
    form = RulesForm(request.POST if request.method == "POST" else None, instance=CaseRules.of(found))
    if form.is_bound and form.is_valid():
        try:
            service.set_rules(case=found, values=form.cleaned_data, actor=Actor.person(request.user))
        except Refusal as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("The rules are set. The history of the case says what changed."))
            return redirect(found)
    return render(request, "meetings/rules.html", {"case": found, "form": form}, status=form_status(request))
