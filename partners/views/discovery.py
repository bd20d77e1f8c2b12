"""The discovery page: ranked candidates beside their map, and what is decided about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import GateClosed
from partners import policies, turns
from partners.discovery import Ranked, Tray, ranking, tray, words
from partners.discovery_data import functions_of
from partners.forms import ReasonForm
from partners.maps import Shape, Tone, draw_map
from partners.models import Case, Function, Municipality, Outline, Participant
from partners.services import discovery, participants
from partners.views.municipalities import source_of_outlines
from partners.views.reach import the_case


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate as the page shows it."""

    ranked: Ranked
    participant: Participant | None
    sentence: str
    lines: Sequence[words.Line]
    reason_form: ReasonForm

    @property
    def state(self) -> str:
        """open, chosen or aside."""
        if self.participant is None or self.participant.state == Participant.State.LONGLISTED:
            return "open"
        return "aside" if self.participant.state in Participant.EXITS else "chosen"

    @property
    def is_movable(self) -> bool:
        """Whether it may still be set aside: nobody has been contacted."""
        return self.state == "open" or (
            self.participant is not None and self.participant.state == Participant.State.SELECTED
        )

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return turns.participant_tone(self.participant.state) if self.participant else "plain"

    @property
    def percent(self) -> dict[str, int]:
        """Figures for reading: of 100; the bar splits the score by what ease and value weigh in it."""
        ranked = self.ranked
        held = [f for f in ranked.factors.items() if f[1].score is not None]
        total = sum(f.weight for _name, f in held) or 1
        value = sum(f.weight * (f.score or 0.0) for name, f in held if name in ranking.VALUE) / total
        return {
            "score": round(100 * ranked.score),
            "ease": round(100 * (ranked.ease or 0)),
            "value": round(100 * (ranked.value or 0)),
            "ease_part": round(100 * (ranked.score - value)),
            "value_part": round(100 * value),
            "coverage": round(100 * ranked.coverage),
        }


@page
def discover(request: PersonRequest, pk: str) -> HttpResponse:
    """Candidates ranked, on a list and a map."""
    case = the_case(request, pk, "case.inside")
    return _show(request, case)


def _show(
    request: PersonRequest, case: Case, gate: GateClosed | None = None, status: int = 200
) -> HttpResponse:
    functions = functions_of(case)
    rows = rows_of(case, discovery.ranking_for(case))
    context = {
        "case": case,
        "rows": rows,
        "counts": {state: sum(row.state == state for row in rows) for state in ("open", "chosen", "aside")},
        "functions": functions,
        "map": _map(case, rows),
        "tray": tray_of(case, rows, functions),
        "scale_of": next((f for f in functions if f.evidence.efficient_scale), None),
        "rest_form": ReasonForm(auto_id="rest_%s"),
        "gate": gate,
        "ticked": request.POST.getlist("chosen"),
        "may_run": policies.allows(request.user, "case.run", case),
        "may_override": policies.allows(request.user, "case.override", case),
        "may_begin": not case.has_reached(Case.State.CONTACTING),
    }
    return render(request, "partners/discover.html", context, status=status)


def rows_of(case: Case, ranked: Sequence[Ranked]) -> list[Row]:
    """The ranking with what is decided about each."""
    known = {participant.municipality_id: participant for participant in case.participants.all()}
    return [
        Row(
            one,
            known.get(one.key),
            words.sentence(one),
            words.lines(one),
            ReasonForm(auto_id=f"aside_{one.key}_%s"),
        )
        for one in ranked
    ]


def tray_of(case: Case, rows: Sequence[Row], functions: Sequence[Function]) -> Tray:
    """The short list together with the initiator, against the efficient scale of the case."""
    scales = [f.evidence.efficient_scale for f in functions if f.evidence.efficient_scale]
    chosen = [
        p.municipality.population
        for p in case.participants.all()
        if p.state in Participant.ACTIVE and not p.is_initiator
    ]
    return tray(case.initiator.population, chosen, max(scales, default=None))


def _map(case: Case, rows: Sequence[Row]) -> str:
    boundaries = dict(
        Outline.objects.filter(pk__in=[case.initiator_id, *(row.ranked.key for row in rows)]).values_list(
            "pk", "geometry"
        )
    )
    tones: Mapping[str, Tone] = {"open": "candidate", "chosen": "chosen", "aside": "aside"}
    shapes = [
        Shape(
            row.ranked.code,
            row.ranked.name,
            outline,
            tones[row.state],
            score=row.ranked.score,
            label=True,
        )
        for row in rows
        if (outline := boundaries.get(row.ranked.key))
    ]
    if own := boundaries.get(case.initiator_id):
        shapes.append(Shape(case.initiator.code, case.initiator.name, own, "self", label=True))
    title = _("Partners for %(name)s") % {"name": case.initiator}
    desc = _("Your municipality crossed, chosen ones solid, candidates dotted, those set aside hatched.")
    return draw_map(shapes, title=title, desc=desc, source=source_of_outlines(case.initiator))


def _candidates(case: Case, keys: Sequence[str]) -> list[Municipality]:
    """Municipalities by primary key, the initiator's own country and never itself."""
    wanted = [int(key) for key in keys if key.isdecimal() and len(key) < 12]
    found = Municipality.objects.filter(pk__in=wanted, country=case.initiator.country)
    return list(found.exclude(pk=case.initiator_id))


@command
def select(request: PersonRequest, pk: str) -> HttpResponse:
    """Put the ticked on the short list."""
    case = the_case(request, pk, "case.run")
    chosen = _candidates(case, request.POST.getlist("chosen"))
    try:
        discovery.choose(
            case=case,
            municipalities=chosen,
            actor=Actor.person(request.user),
            override=_override(request, case),
        )
    except GateClosed as gate:
        return _show(request, case, gate, status=409)
    words = ngettext("%(n)d municipality is chosen.", "%(n)d municipalities are chosen.", len(chosen))
    messages.success(request, words % {"n": len(chosen)})
    return redirect("partners:discover", pk=case.pk)


@command
def set_aside(request: PersonRequest, pk: str) -> HttpResponse:
    """Set one municipality aside, with a reason."""
    case = the_case(request, pk, "case.run")
    named = get_object_or_404(
        Municipality, pk__in=[c.pk for c in _candidates(case, request.POST.getlist("municipality"))]
    )
    participants.set_aside(
        case=case,
        municipalities=[named],
        reason=request.POST.get("reason", ""),
        actor=Actor.person(request.user),
    )
    return redirect("partners:discover", pk=case.pk)


@command
def set_rest_aside(request: PersonRequest, pk: str) -> HttpResponse:
    """Set all aside on whom nothing is decided, with one reason."""
    case = the_case(request, pk, "case.run")
    count = discovery.set_rest_aside(
        case=case, reason=request.POST.get("reason", ""), actor=Actor.person(request.user)
    )
    words = ngettext("%(n)d municipality is set aside.", "%(n)d municipalities are set aside.", count)
    messages.success(request, words % {"n": count})
    return redirect("partners:discover", pk=case.pk)


@command
def begin_contacting(request: PersonRequest, pk: str) -> HttpResponse:
    """Close the short list and begin to speak with them."""
    case = the_case(request, pk, "case.run")
    try:
        discovery.begin_contacting(
            case=case, actor=Actor.person(request.user), override=_override(request, case)
        )
    except GateClosed as gate:
        return _show(request, case, gate, status=409)
    return redirect("partners:contacts", pk=case.pk)


def _override(request: PersonRequest, case: Case) -> str:
    """A lead's reason to go on all the same; nobody else's counts."""
    reason: Any = request.POST.get("override", "")
    return str(reason) if policies.allows(request.user, "case.override", case) else ""
