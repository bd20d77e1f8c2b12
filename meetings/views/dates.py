"""Finding a date by account: ask, answer, see who can come when, take a time, take the question back."""

from __future__ import annotations

import uuid
import zoneinfo
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.problems import GateClosed, Refusal
from meetings import chain, gates, policies, postroom, spoken
from meetings.emails import spoken_time
from meetings.emails.dates import in_zones
from meetings.forms.dates import AnswerForm, AskForm, FixForm
from meetings.forms.planning import agenda_text
from meetings.models import DateAnswer, DatePoll, DateSlot, Meeting
from meetings.services import dates
from meetings.services.dates import Party
from partners import policies as partners
from partners.models import Case, Participant


@dataclass(frozen=True, slots=True)
class Row:
    """One person's answers, each with its time as spoken."""

    party: str
    name: str
    values: list[tuple[str, DateAnswer | None]]


@dataclass(frozen=True, slots=True)
class Column:
    """One time with what was said to it."""

    slot: DateSlot
    spoken: str
    yes: int
    if_needed: int
    no: int
    all_can: bool


@page
def ask(request: PersonRequest, case: uuid.UUID, kind: str) -> HttpResponseBase:
    """Offer times."""
    found = _case(request, case)
    policies.require(request.user, "meeting.plan", found)
    if kind not in Meeting.Kind:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = AskForm(posted, time_zone=found.initiator.time_zone, now=timezone.now())
    if form.is_bound and form.is_valid():
        try:
            poll = dates.ask(case=found, kind=kind, offer=form.offer, actor=Actor.person(request.user))
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            for note in form.notes:
                messages.info(request, note)
            messages.success(request, _("Asked. Answers appear here as they come."))
            return redirect("meetings:dates", pk=poll.pk)
    context = {
        "case": found,
        "kind": Meeting.Kind(kind),
        "form": form,
        "asked": dates.asked_of(found),
        "open": found.date_polls.filter(kind=kind, state=DatePoll.State.OPEN).first(),
    }
    return render(request, "meetings/dates_ask.html", context, status=form_status(request))


@page
def poll(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Who can come when, for the host; for others what they said themselves."""
    found = _poll(request, pk)
    inside = partners.allows(request.user, "case.inside", found.case)
    slots = list(found.slots.all())
    party = party_of(request, found)
    context = {
        "case": found.case,
        "poll": found,
        "inside": inside,
        "may_run": policies.allows(request.user, "meeting.plan", found.case),
        "columns": columns(found, slots) if inside else [],
        "rows": rows(found, slots) if inside else [],
        "silent": list(dates.silent(found)) if inside else [],
        "over": found.answer_by < timezone.now(),
        "party": party,
        "form": answer_form(request, found, party, slots) if party else None,
        "own": own_names(found, party) if party else [],
    }
    return render(request, "meetings/dates.html", context)


@page
def answer(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Somebody with an account answers for the own municipality or body; POST only."""
    found = _poll(request, pk)
    party = party_of(request, found)
    if party is None:
        raise PermissionDenied
    slots = list(found.slots.all())
    form = answer_form(request, found, party, slots)
    if request.method == "POST" and form.is_valid():
        try:
            dates.answer(
                poll=found,
                party=party,
                name=form.cleaned_data["name"],
                values=form.values,
                actor=Actor.person(request.user),
            )
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Recorded. You can change it until the date is fixed."))
            return redirect("meetings:dates", pk=found.pk)
    context = {"case": found.case, "poll": found, "form": form, "party": party}
    return render(request, "meetings/dates_answer.html", context, status=form_status(request))


@page
def fix(request: PersonRequest, pk: uuid.UUID, slot: uuid.UUID) -> HttpResponseBase:
    """Take one time: the rest of the plan is asked for, then the meeting is planned or called."""
    found = _poll(request, pk)
    policies.require(request.user, "meeting.plan", found.case)
    chosen = get_object_or_404(found.slots.select_related("poll"), pk=slot)
    chosen.poll = found
    reasons = gates.formal_meeting(found.case) if found.kind == Meeting.Kind.FORMAL else []
    overridable = bool(reasons) and policies.allows(request.user, "meeting.override", found.case)
    form = _fix_form(request, found, chosen, overridable=overridable)
    if form.is_bound and form.is_valid() and (meeting := _fixed(request, form, chosen)):
        return redirect(meeting)
    context = {
        "case": found.case,
        "kind": Meeting.Kind(found.kind),
        "formal": found.kind == Meeting.Kind.FORMAL,
        "form": form,
        "reasons": reasons,
        "blocked": bool(reasons) and not overridable,
        "good_time": _("The date that suits: what is left to say is the place and the agenda."),
    }
    return render(request, "meetings/plan.html", context, status=form_status(request))


@command
def withdraw(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take the question back."""
    found = _poll(request, pk)
    policies.require(request.user, "meeting.plan", found.case)
    dates.withdraw(poll=found, actor=Actor.person(request.user))
    messages.success(request, _("Taken back. Those asked are told."))
    return redirect(found.case)


def party_of(request: PersonRequest, poll: DatePoll) -> Party | None:
    """For whom this person may answer: the own municipality, or the body attached to the case."""
    for participant in poll.case.participants.all():
        if participant.state in Participant.ACTIVE and partners.allows(
            request.user, "participant.speak", participant
        ):
            return Party(participant=participant)
    held = {seat.body_id for seat in partners.seats(request.user) if seat.body_id}
    bodies = [entry.body for entry in poll.case.bodies.all() if entry.body_id in held]
    return Party(body=bodies[0]) if bodies else None


def answer_form(request: PersonRequest, poll: DatePoll, party: Party, slots: list[DateSlot]) -> AnswerForm:
    """The form in the zone of the party's own municipality."""
    zone = party.participant.municipality.time_zone if party.participant else request.user.time_zone
    posted = request.POST if request.method == "POST" else None
    return form_for(poll, party, slots, zone, request.user.name or str(request.user), posted)


def form_for(
    poll: DatePoll, party: Party, slots: list[DateSlot], zone: str, name: str, posted: object | None
) -> AnswerForm:
    """What this name said before stands in the form."""
    said = DateAnswer.objects.filter(slot__poll=poll, name__iexact=name, **party.of_answers)
    return AnswerForm(
        posted,
        slots=slots,
        spoken=[in_zones(slot, zone, poll.time_zone) for slot in slots],
        given=dict(said.values_list("slot", "value")),
        initial={"name": name},
    )


def own_names(poll: DatePoll, party: Party) -> list[str]:
    """Who of this party has answered."""
    said = DateAnswer.objects.filter(slot__poll=poll, **party.of_answers)
    return sorted(set(said.values_list("name", flat=True)))


def rows(poll: DatePoll, slots: list[DateSlot]) -> list[Row]:
    """A line for each person who answered."""
    said = DateAnswer.objects.filter(slot__poll=poll).select_related("participant__municipality", "body")
    people: dict[tuple[str, str], dict[uuid.UUID, DateAnswer]] = {}
    for one in said:
        people.setdefault((str(one.participant or one.body), one.name), {})[one.slot_id] = one
    times = {slot.pk: spoken_time(slot.starts_at, slot.ends_at, poll.time_zone) for slot in slots}
    return [
        Row(party, name, [(time, values.get(pk)) for pk, time in times.items()])
        for (party, name), values in sorted(people.items())
    ]


def columns(poll: DatePoll, slots: list[DateSlot]) -> list[Column]:
    """What was said to each time, by municipality: all can come when each has somebody who can."""
    said: dict[uuid.UUID, list[DateAnswer]] = {slot.pk: [] for slot in slots}
    for one in DateAnswer.objects.filter(slot__poll=poll):
        said[one.slot_id].append(one)
    needed = {participant.pk for participant in dates.asked_of(poll.case)}
    return [_column(slot, said[slot.pk], needed, poll.time_zone) for slot in slots]


def _column(slot: DateSlot, said: list[DateAnswer], needed: set[uuid.UUID], zone: str) -> Column:
    values = [one.value for one in said]
    can = {one.participant_id for one in said if one.value != DateAnswer.Value.NO}
    return Column(
        slot,
        spoken_time(slot.starts_at, slot.ends_at, zone),
        values.count(DateAnswer.Value.YES),
        values.count(DateAnswer.Value.IF_NEEDED),
        values.count(DateAnswer.Value.NO),
        bool(needed) and needed <= can,
    )


def _fix_form(request: PersonRequest, poll: DatePoll, slot: DateSlot, *, overridable: bool) -> FixForm:
    case, now = poll.case, timezone.now()
    local = slot.starts_at.astimezone(zoneinfo.ZoneInfo(poll.time_zone))
    suggested = agenda_text(spoken.suggested(case, poll.kind))
    return FixForm(
        request.POST if request.method == "POST" else None,
        initial={
            "date": local.date(),
            "time": local.time(),
            "minutes": int((slot.ends_at - slot.starts_at).total_seconds() // 60),
            "place": poll.place,
            "agenda": suggested,
        },
        time_zone=poll.time_zone,
        now=now,
        too_early=lambda start: postroom.too_early(case, start, now, poll.kind),
        fixed_agenda=suggested if poll.kind == Meeting.Kind.FORMAL else "",
        overridable=overridable,
    )


def _fixed(request: PersonRequest, form: FixForm, slot: DateSlot) -> Meeting | None:
    may_override = policies.allows(request.user, "meeting.override", slot.poll.case)
    try:
        meeting = dates.fix(
            slot=slot,
            plan=form.plan,
            actor=Actor.person(request.user),
            override=form.cleaned_data["override"] if may_override else "",
        )
    except GateClosed:
        target = "override" if "override" in form.fields else None
        form.add_error(target, _("Say why you go on all the same."))
        return None
    except Refusal as refusal:
        _refuse(form, refusal)
        return None
    messages.success(request, _("The date is fixed. Everybody who was asked is told."))
    return meeting


def _case(request: PersonRequest, pk: uuid.UUID) -> Case:
    return get_object_or_404(chain.with_chain(Case.objects.visible_to(request.user)), pk=pk)


def _poll(request: PersonRequest, pk: uuid.UUID) -> DatePoll:
    """The question, if its case is visible; a municipality that is not asked does not see it."""
    seen = Case.objects.visible_to(request.user)
    found = get_object_or_404(DatePoll, pk=pk, case__in=seen)
    found.case = chain.with_chain(Case.objects.filter(pk=found.case_id)).get()
    return found


def _refuse(form: AskForm | AnswerForm | FixForm, refusal: Refusal) -> None:
    for reason in refusal.reasons:
        form.add_error(None, reason)
