"""Meetings: the list, one meeting, plan, change, call off."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, page
from imc_portal.core.problems import GateClosed, Refusal
from meetings import agenda, chain, clock, confirmation, gates, policies, postroom, spoken
from meetings.forms.planning import CancelForm, PlanForm, agenda_text, initial_of
from meetings.models import CaseRules, Dispatch, Invitation, Meeting
from meetings.services import delegations, planning
from meetings.views.papers import newest
from meetings.views.personal import calendar_response
from partners.models import Case, Participant
from partners.policies import allows as partners_allow
from partners.policies import seats

PER_PAGE = 50
OPEN_STATES = (Meeting.State.PLANNED, Meeting.State.CALLED)


@page
def meeting_list(request: PersonRequest) -> HttpResponse:
    """Meetings to come, then those that were."""
    guests = ~Q(invitations__participant__state=Participant.State.INITIATOR)
    invited = Count("invitations", filter=guests)
    answered = Count("invitations", filter=guests & ~Q(invitations__reply=Invitation.Reply.NONE))
    seen = (
        Meeting.objects.visible_to(request.user)
        .select_related("case__initiator")
        .only(
            *("kind", "state", "starts_at", "time_zone", "place", "online_url"),
            *("case__title", "case__initiator__name"),
        )
        .annotate(invited=invited, answered=answered)
    )
    to_come = list(seen.filter(state__in=OPEN_STATES).order_by("starts_at"))
    late = confirmation.late_among(confirmation.papers_of(to_come), to_come, timezone.now())
    past = seen.exclude(state__in=OPEN_STATES).order_by("-starts_at")
    context = {
        "to_come": to_come,
        "late": late,
        "past": Paginator(past, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "meetings/list.html", context)


@page
def meeting(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """One meeting: when, where, who comes, agenda, papers, what is due."""
    found, now = visible_meeting(request, pk), timezone.now()
    inside = policies.allows(request.user, "meeting.inside", found)
    guests = list(
        found.invitations.select_related(
            "participant__municipality", "participant__contact"
        ).prefetch_related("dispatches__document", "dispatches__email", "delegates")
    )
    on_the_way = confirmation.papers_of([found]) if found.state in OPEN_STATES else {}
    mine = [guest for guest in guests if partners_allow(request.user, "participant.speak", guest.participant)]
    context = {
        "case": found.case,
        "meeting": found,
        "guests": [guest for guest in guests if guest.participant.state in Participant.ACTIVE],
        "mine": [guest for guest in mine if guest.participant.state in Participant.ACTIVE],
        "inside": inside,
        "named": inside or bool(mine),
        "may_run": policies.allows(request.user, "meeting.run", found),
        "lines": postroom.lines(found) if inside and found.state in OPEN_STATES else [],
        "clock": clock.clocks([found], now, on_the_way).get(found.pk) if inside else None,
        "late": confirmation.late_among(on_the_way, [found], now).get(found.pk, []),
        "papers": _papers(guests, inside, mine),
        "running": found.starts_at <= now,
        "minutes": sum(item.get("minutes") or 0 for item in found.agenda),
        "agenda_paper": newest(found),
        "bodies": delegations.guests_of(found),
        "my_bodies": {seat.body_id for seat in seats(request.user) if seat.body_id},
    }
    return render(request, "meetings/meeting.html", context)


@page
def plan(request: PersonRequest, case: uuid.UUID, kind: str) -> HttpResponseBase:
    """Plan the informal meeting, or convene the formal one."""
    found = get_object_or_404(chain.with_chain(Case.objects.visible_to(request.user)), pk=case)
    policies.require(request.user, "meeting.plan", found)
    if kind not in Meeting.Kind:
        raise Http404
    if (open_one := chain.open_meeting(found, kind)) and open_one.state in OPEN_STATES:
        return redirect(open_one)
    reasons = gates.formal_meeting(found) if kind == Meeting.Kind.FORMAL else []
    overridable = bool(reasons) and policies.allows(request.user, "meeting.override", found)
    form = _plan_form(request, found, kind, overridable=overridable)
    if form.is_bound and form.is_valid() and (planned := _planned(request, form, found, kind)):
        return redirect(planned)
    context = {
        "case": found,
        "kind": Meeting.Kind(kind),
        "formal": kind == Meeting.Kind.FORMAL,
        "form": form,
        "reasons": reasons,
        "blocked": bool(reasons) and not overridable,
        "good_time": _good_time(found, timezone.now(), kind),
        "guests": postroom.expected(found),
    }
    return render(request, "meetings/plan.html", context, status=422 if form.is_bound else 200)


@page
def edit(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Change a meeting that is planned or called."""
    found = visible_meeting(request, pk)
    policies.require(request.user, "meeting.run", found)
    form = _plan_form(request, found.case, found.kind, meeting=found)
    if form.is_bound and form.is_valid():
        try:
            planning.change_meeting(meeting=found, plan=form.plan, actor=Actor.person(request.user))
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Changed. Those already invited get the changed calendar entry."))
            return redirect(found)
    context = {
        "case": found.case,
        "meeting": found,
        "kind": Meeting.Kind(found.kind),
        "formal": found.is_formal,
        "form": form,
        "good_time": _good_time(found.case, timezone.now(), found.kind),
    }
    return render(request, "meetings/plan.html", context, status=422 if form.is_bound else 200)


@page
def cancel(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Ask once more and for the reason; POST calls the meeting off."""
    found = visible_meeting(request, pk)
    policies.require(request.user, "meeting.run", found)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            planning.cancel_meeting(
                meeting=found, reason=form.cleaned_data["reason"], actor=Actor.person(request.user)
            )
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("The meeting is cancelled. Those invited are told."))
            return redirect(found)
    context = {"case": found.case, "meeting": found, "form": form}
    return render(request, "meetings/cancel.html", context, status=422 if form.is_bound else 200)


@page
def entry(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """The meeting for one's calendar."""
    found = get_object_or_404(
        Meeting.objects.visible_to(request.user).select_related("case__initiator", "host"), pk=pk
    )
    return calendar_response(found)


def visible_meeting(request: PersonRequest, pk: uuid.UUID) -> Meeting:
    """The meeting with its case as case pages need it, or 404."""
    found = get_object_or_404(Meeting.objects.visible_to(request.user).select_related("host"), pk=pk)
    found.case = chain.with_chain(Case.objects.filter(pk=found.case_id)).get()
    return found


def _plan_form(
    request: PersonRequest,
    case: Case,
    kind: str,
    *,
    meeting: Meeting | None = None,
    overridable: bool = False,
) -> PlanForm:
    now = timezone.now()
    suggested = agenda_text(spoken.suggested(case, kind))
    initial: dict[str, Any] = (
        initial_of(meeting)
        if meeting
        else {"date": postroom.earliest_day(case, now, kind), "time": dt.time(10), "agenda": suggested}
    )
    return PlanForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        time_zone=meeting.time_zone if meeting else case.initiator.time_zone,
        now=now,
        too_early=_lead_time_of(case, kind, meeting, now),
        fixed_agenda=_fixed(meeting, suggested) if kind == Meeting.Kind.FORMAL else "",
        overridable=overridable,
    )


def _fixed(meeting: Meeting | None, suggested: str) -> str:
    """The items of a formal meeting stay those that it was called with."""
    return agenda_text(map(agenda.read, meeting.agenda)) if meeting else suggested


def _lead_time_of(case: Case, kind: str, meeting: Meeting | None, now: dt.datetime) -> Any:
    """How the form learns what a start would mean; an unchanged start was accepted before."""

    def judge(start: dt.datetime) -> list[str]:
        if meeting and start == meeting.starts_at:
            return []
        return postroom.too_early(case, start, now, kind)

    return judge


def _planned(request: PersonRequest, form: PlanForm, case: Case, kind: str) -> Meeting | None:
    try:
        made, told = _made(request, form, case, kind)
    except GateClosed:
        form.add_error(
            "override" if "override" in form.fields else None, _("Say why you go on all the same.")
        )
        return None
    except Refusal as refusal:
        _refuse(form, refusal)
        return None
    messages.success(request, told)
    return made


def _made(request: PersonRequest, form: PlanForm, case: Case, kind: str) -> tuple[Meeting, str]:
    actor = Actor.person(request.user)
    if kind == Meeting.Kind.INFORMAL:
        planned = planning.plan_meeting(case=case, plan=form.plan, actor=actor)
        return planned, _("Planned. It is called, with all papers, as soon as the proposal is approved.")
    may_override = policies.allows(request.user, "meeting.override", case)
    override = form.cleaned_data["override"] if may_override else ""
    called = planning.convene_formal(case=case, plan=form.plan, actor=actor, override=override)
    return called, _("The formal meeting is called. The invitations are on their way.")


def _refuse(form: Any, refusal: Refusal) -> None:
    for reason in refusal.reasons:
        form.add_error(None, reason)


def _good_time(case: Case, now: dt.datetime, kind: str) -> str:
    return postroom.good_time(CaseRules.days_ahead(case, kind), postroom.earliest_day(case, now, kind))


def _papers(guests: list[Invitation], inside: bool, mine: list[Invitation]) -> list[Dispatch]:
    """Papers this person may open: all of them inside, else the own municipality's."""
    rows = guests if inside else mine
    return [
        paper
        for guest in rows
        for paper in guest.dispatches.all()
        if paper.document is not None and paper.document.rendered_at
    ]
