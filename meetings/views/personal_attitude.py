"""The attitude by personal link: stated, revised, with what was said before."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from imc_portal.core.audit import Actor
from imc_portal.core.http import form_status
from imc_portal.core.problems import Refusal
from meetings.forms.attitudes import AttitudeForm
from meetings.services import attitudes
from meetings.views.attitudes import latest_of, refuse, told
from meetings.views.holder import HolderRequest, holder_page


@require_http_methods(["GET", "POST"])
@holder_page
def attitude(request: HolderRequest) -> HttpResponseBase:
    """State the municipality's attitude by link; earlier ones stay on record."""
    who = request.participant
    data = request.POST if request.method == "POST" else None
    form = AttitudeForm(data, case=who.case, stated_by=request.link.holder, latest=latest_of(who))
    if request.method == "POST" and form.is_valid():
        try:
            attitudes.state_attitude(participant=who, actor=Actor.holder(request.link), **form.stated())
        except Refusal as refusal:
            refuse(form, refusal, who)
        else:
            messages.success(request, _("Thank you. Your attitude is recorded."))
            return redirect("personal:attitude", token=request.token)
    own = who.attitudes.prefetch_related("by_area__area__function").order_by("-stated_at")
    context = {
        "participant": who,
        "me": who,
        "token": request.token,
        "form": form,
        "stated": told(list(own)),
        "refused": attitudes.why_not(who.case),
    }
    return render(request, "personal/attitude.html", context, status=form_status(request))
