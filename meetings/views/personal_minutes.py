"""After the formal meeting, by personal link: the minutes, the council's resolution."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from imc_portal.core.audit import Actor
from imc_portal.core.http import form_status
from meetings import minutes_facts
from meetings.forms.minutes import ResolutionForm, VoiceForm
from meetings.models import Minutes, Ratification
from meetings.papers.minutes import compose
from meetings.services import minutes_voices, ratification
from meetings.views import minutes as by_account
from meetings.views.holder import HolderRequest, holder_page
from meetings.views.minutes_words import tried
from partners.models import Participant

State = Minutes.State


@holder_page
def minutes(request: HolderRequest) -> HttpResponseBase:
    """The newest minutes: read them, agree or object by name."""
    who, found = request.participant, newest(request.participant)
    if found is None:
        return render(request, "personal/no_minutes.html", _frame(request), status=404)
    is_asked = any(one["id"] == str(who.pk) for one in minutes_facts.asked_in(found))
    data = request.POST if request.method == "POST" else None
    form = VoiceForm(data, name=request.link.holder)

    def say() -> None:
        minutes_voices.say(
            minutes=found, participant=who, actor=Actor.holder(request.link), **form.cleaned_data
        )

    # A newer version may have come between reading and speaking: the word belongs to what was read.
    if request.method == "POST" and request.POST.get("minutes") != str(found.pk):
        messages.error(request, _("There is a newer version of the minutes: read that one."))
        return redirect("personal:minutes", token=request.token)
    if tried(form, say):
        messages.success(request, _("Thank you. What you say to the minutes is recorded."))
        return redirect("personal:minutes", token=request.token)
    rows = by_account.words(found)
    context = _frame(request) | {
        "minutes": found,
        "sheet": compose(found),
        "papers": by_account.printed(found),
        "own": next((row for row in rows if row["id"] == str(who.pk)), None),
        "may_say": is_asked and found.state == State.SENT,
        "form": form,
    }
    return render(request, "personal/minutes.html", context, status=form_status(request))


@require_GET
@holder_page
def document(request: HolderRequest, minutes: uuid.UUID) -> HttpResponse:
    """The PDF, in the language that is active where there is one."""
    found = get_object_or_404(Minutes.objects.visible_to_holder(request.participant), pk=minutes)
    papers = {paper.language: paper for paper in by_account.printed(found)}
    paper = papers.get(get_language() or "") or next(iter(papers.values()), None)
    if paper is None:
        raise Http404
    return by_account.served(paper) or render(
        request, "personal/no_minutes.html", _frame(request) | {"damaged": True}, status=503
    )


@holder_page
def council(request: HolderRequest) -> HttpResponseBase:
    """What the council resolved: number, date, wording."""
    row = ratification_of(request.participant)
    if row is None:
        return render(request, "personal/no_council.html", _frame(request), status=404)
    form = ResolutionForm(request.POST if request.method == "POST" else None)

    def resolve() -> None:
        ratification.resolve(ratification=row, actor=Actor.holder(request.link), **form.cleaned_data)

    if tried(form, resolve):
        row.refresh_from_db()
        context = _frame(request) | {"ratification": row, "done": True}
        # Whose council refused has left: the link does not open again, so the thanks stand here.
        return render(request, "personal/council.html", context)
    context = _frame(request) | {"ratification": row, "form": form}
    return render(request, "personal/council.html", context, status=form_status(request))


def newest(participant: Participant) -> Minutes | None:
    """The minutes that count for this participant: of its last formal meeting, the newest version sent."""
    rows = Minutes.objects.visible_to_holder(participant).select_related("meeting__case__initiator")
    return rows.order_by("-meeting__starts_at", "-number").first()


def ratification_of(participant: Participant) -> Ratification | None:
    """The resolution that is awaited of this participant's council, else the last one recorded."""
    rows = participant.ratifications.select_related(
        "meeting", "participant__case", "participant__municipality"
    )
    found = sorted(
        rows, key=lambda row: (row.state != Ratification.State.AWAITED, -row.awaited_since.timestamp())
    )
    return next(iter(found), None)


def _frame(request: HolderRequest) -> dict[str, object]:
    return {
        "participant": request.participant,
        "me": request.participant,
        "case": request.participant.case,
        "token": request.token,
    }
