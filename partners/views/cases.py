"""Cases: list, overview, history, parking, and the bodies that watch."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal
from partners import policies, turns
from partners.discovery_data import neighbours_of
from partners.forms import AttachBodyForm, ParkForm
from partners.models import CandidateArea, Case, CaseMerge, Participant
from partners.services import cases
from partners.services.discovery import decided_about
from partners.views.reach import listed_cases, the_case

EXCERPT = 6
PER_PAGE = 50


@page
def case_list(request: PersonRequest) -> HttpResponse:
    """The cases one may see, with their state and whose turn it is."""
    found = Paginator(listed_cases(request), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "case": case,
            "tone": turns.tone(case.state),
            "turn": turns.turn(case, inside=policies.allows(request.user, "case.inside", case)),
        }
        for case in found
    ]
    context = {"rows": rows, "page": found, "may_record": policies.allows(request.user, "need.record", None)}
    return render(request, "partners/case_list.html", context)


@page
def case(request: PersonRequest, pk: str) -> HttpResponse:
    """Where the case stands: to those inside all of it, to others what is shared with them."""
    subject = the_case(request, pk)
    inside = policies.allows(request.user, "case.inside", subject)
    areas = subject.areas.select_related("function").prefetch_related("stances__body")
    context: dict[str, Any] = {
        "case": subject,
        "inside": inside,
        "areas": areas if inside else areas.exclude(state=CandidateArea.State.SET_ASIDE),
        "may_see_stances": inside
        or policies.allows(request.user, "stance.record", subject)
        or policies.allows(request.user, "case.observe", subject),
        "bodies": subject.bodies.select_related("body"),
    }
    if inside:
        context |= _inside(request, subject)
    return render(request, "partners/case.html", context)


def _inside(request: PersonRequest, subject: Case) -> dict[str, Any]:
    shown = [p for p in subject.participants.all() if p.state != Participant.State.SET_ASIDE]
    open_neighbours = set(neighbours_of(subject.initiator)) - decided_about(subject)
    return {
        "needs": subject.needs.select_related("function", "municipality"),
        "participants": [(p, turns.participant_tone(p.state)) for p in shown],
        "aside_count": len(subject.participants.all()) - len(shown),
        "lacking": turns.lacking(subject, len(open_neighbours)),
        "events": events(_entries(subject)[:EXCERPT]),
        "splits": subject.splits.all(),
        "merged": subject.merged.select_related("initiator"),
        "offers": subject.merges_offered.filter(state=CaseMerge.State.OFFERED).select_related(
            "case__initiator"
        ),
        "may_run": policies.allows(request.user, "case.run", subject),
        "may_park": policies.allows(request.user, "case.park", subject),
        "park_form": ParkForm(auto_id="park_%s"),
        "body_form": AttachBodyForm(),
    }


@page
def history(request: PersonRequest, pk: str) -> HttpResponse:
    """Every act in the case, newest first."""
    subject = the_case(request, pk, "case.inside")
    found = Paginator(_entries(subject), 100).get_page(request.GET.get("page"))
    return render(request, "partners/history.html", {"case": subject, "page": found, "events": events(found)})


def _entries(subject: Case) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(context=subject.context)


def events(entries: Any) -> list[dict[str, Any]]:
    """Entries of the trail in words; what was before and after is told only for states."""
    return [
        {
            "text": _("%(act)s: %(what)s") % {"act": capfirst(_(entry.verb)), "what": entry.target_text},
            "note": _note(entry),
            "who": _("the portal") if entry.actor_key == "portal" else entry.actor_name,
            "when": entry.at,
            "tone": "trouble" if entry.after.get("overridden") else "done",
        }
        for entry in entries
    ]


def _note(entry: AuditEntry) -> str:
    labels = {str(value): str(label) for value, label in (*Participant.State.choices, *Case.State.choices)}
    parts = []
    if (state := entry.after.get("state")) in labels:
        parts.append(_("now: %(state)s") % {"state": labels[state]})
    if overridden := entry.after.get("overridden"):
        parts.append(_("although: %(reasons)s") % {"reasons": " ".join(overridden)})
    if entry.reason:
        parts.append(_("reason: %(reason)s") % {"reason": _(entry.reason)})
    return "; ".join(parts)


@command
def case_park(request: PersonRequest, pk: str) -> HttpResponse:
    """Park a case with a reason and, if one likes, a day on which it is looked at again."""
    subject = the_case(request, pk, "case.park")
    form = ParkForm(request.POST)
    if not form.is_valid():
        raise Refusal(*(str(problem) for problems in form.errors.values() for problem in problems))
    cases.park(case=subject, actor=Actor.person(request.user), **form.cleaned_data)
    return redirect(subject)


@command
def case_reopen(request: PersonRequest, pk: str) -> HttpResponse:
    """Take a parked or closed case up again."""
    subject = the_case(request, pk, "case.park")
    cases.reopen(case=subject, actor=Actor.person(request.user))
    return redirect(subject)


@command
def body_attach(request: PersonRequest, pk: str) -> HttpResponse:
    """Let an observer or facilitator see what is shared."""
    subject = the_case(request, pk, "case.park")
    form = AttachBodyForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("Choose a body."))
    cases.attach_body(case=subject, body=form.cleaned_data["body"], actor=Actor.person(request.user))
    return redirect(subject)
