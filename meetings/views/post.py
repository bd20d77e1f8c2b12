"""The post room of a case: every message, counted, filtered and searched; all of them held or released."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from imc_portal.core.models import OutgoingEmail
from meetings import chain, policies
from meetings.forms.post import BecauseForm, FilterForm
from meetings.post import progress, room, states
from meetings.post.belonging import Belonging
from meetings.post.room import Wish
from meetings.views.minutes_words import tried
from partners.models import Case

Mail = OutgoingEmail.State
#: As many recipients as a confirmation names; the rest is counted.
NAMED = 10


@page
def post(request: PersonRequest, case: uuid.UUID) -> HttpResponse:
    """Every message of the case, trouble on top."""
    found = readable_case(request, case)
    wish = _wish(request)
    shown = room.look(found, wish, request.GET.get("page"))
    context = {
        "case": found,
        "room": shown,
        "wish": wish,
        "tabs": _tabs(request, shown),
        "progress": progress.of_case(found),
        "here": request.get_full_path(),
        "narrowed": wish.query(state=""),
        "may_run": policies.allows(request.user, "post.run", found),
    }
    return render(request, "meetings/post.html", context)


@page
def hold_all(request: PersonRequest, case: uuid.UUID) -> HttpResponseBase:
    """Hold back everything that waits, as filtered; after a look at how many that are."""
    found = runnable_case(request, case)
    emails = _filtered(request, found).filter(state__in=states.STOPPABLE)

    def act(reason: str) -> int:
        return outbox.hold(emails=emails, actor=Actor.person(request.user), reason=reason)

    return _bulk(request, found, emails, "hold", act)


@page
def release_all(request: PersonRequest, case: uuid.UUID) -> HttpResponseBase:
    """Release everything that is held, as filtered; after a look at how many leave."""
    found = runnable_case(request, case)
    emails = _filtered(request, found).filter(state=Mail.HELD)

    def act(reason: str) -> int:
        return outbox.release(emails=emails, actor=Actor.person(request.user))

    return _bulk(request, found, emails, "release", act)


def readable_case(request: PersonRequest, pk: uuid.UUID) -> Case:
    """The case as its pages need it; outside the initiating municipality there is no post room."""
    found = get_object_or_404(chain.with_chain(Case.objects.visible_to(request.user)), pk=pk)
    if not policies.allows(request.user, "post.read", found):
        raise Http404
    return found


def runnable_case(request: PersonRequest, pk: uuid.UUID) -> Case:
    """The same, for those who run it."""
    found = readable_case(request, pk)
    policies.require(request.user, "post.run", found)
    return found


def back(request: HttpRequest, fallback: str) -> str:
    """Where the person came from, with filters and page, if it is ours."""
    wanted = str(request.POST.get("next") or request.GET.get("next", ""))
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else fallback


def _wish(request: HttpRequest) -> Wish:
    form = FilterForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    group = asked.get("state", "")
    return Wish(
        group=group if group in states.BY_KEY else "",
        meeting=asked.get("meeting"),
        words=str(asked.get("q", "")).strip(),
    )


def _tabs(request: HttpRequest, shown: room.Room) -> list[dict[str, Any]]:
    """All, then each group with how many stand in it."""
    choices = [("", _("All"), shown.total)]
    choices += [(group.key, str(group.label), shown.counts[group.key]) for group in states.GROUPS]
    return [
        {
            "label": label,
            "url": f"{request.path}?{shown.wish.query(state=key)}",
            "current": shown.wish.group == key,
            "count": count,
        }
        for key, label, count in choices
    ]


def _filtered(request: HttpRequest, case: Case) -> QuerySet[OutgoingEmail]:
    return room.matching(case, _wish(request), Belonging.of(case))


def _bulk(
    request: PersonRequest,
    case: Case,
    emails: QuerySet[OutgoingEmail],
    what: str,
    act: Callable[[str], int],
) -> HttpResponseBase:
    """Say how many and to whom, then do it, then come back to the list as it was."""
    there = back(request, reverse("meetings:post", kwargs={"case": case.pk}))
    form = (BecauseForm if what == "hold" else Form)(request.POST if request.method == "POST" else None)
    done: list[int] = []
    if tried(form, lambda: done.append(act(form.cleaned_data.get("reason", "")))):
        messages.success(request, _told(what, done[0]))
        return HttpResponseRedirect(there)
    count = emails.count()
    context = {
        "case": case,
        "what": what,
        "form": form,
        "count": count,
        "named": emails.order_by("to_name", "pk")[:NAMED],
        "more": max(0, count - NAMED),
        "narrowed": _wish(request).narrows,
        "there": there,
    }
    return render(request, "meetings/post_all.html", context, status=form_status(request))


def _told(what: str, count: int) -> str:
    if not count:
        return _("Nothing was left to do: somebody else was faster, or it has left already.")
    if what == "hold":
        return ngettext("%(n)d message is held back.", "%(n)d messages are held back.", count) % {"n": count}
    return ngettext("%(n)d message is released.", "%(n)d messages are released.", count) % {"n": count}
