"""Pages of the floor: profile, style, health."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from imc_portal.core import accounts, logs
from imc_portal.core.forms import ProfileForm
from imc_portal.core.health import readiness
from imc_portal.core.http import PersonRequest, page
from imc_portal.core.models import User


@page
def profile(request: PersonRequest) -> HttpResponse:
    """Name, language and time zone of the person."""
    person = User.objects.get(pk=request.user.pk)  # checking the form writes into its record
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        accounts.keep_settings(person=person, **form.cleaned_data)
        with translation.override(person.language):
            messages.success(request, _("Your profile is kept."))
        return redirect("profile")
    status = 422 if request.method == "POST" else 200
    return render(request, "core/profile.html", {"form": form}, status=status)


@page
def style(request: PersonRequest) -> HttpResponse:
    """The living style page for staff: every component in every state."""
    if not request.user.is_staff:
        raise PermissionDenied
    return render(request, "core/style.html")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language of the pages; a signed-in person keeps it in the profile."""
    code = request.POST.get("language", "")
    if request.user.is_authenticated and code in dict(settings.LANGUAGES):
        accounts.keep_settings(person=request.user, language=code)
    return set_language(request)


def broken(request: HttpRequest) -> HttpResponse:
    """500: with the number of the request, and asking nothing that may be what broke."""
    template = loader.get_template("500.html")
    return HttpResponse(template.render({"request_id": logs.request_id()}), status=500)


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process can serve."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database and broker answer, else 503; with figures."""
    ready, state = readiness()
    return JsonResponse(state, status=200 if ready else 503)
