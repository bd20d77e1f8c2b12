"""The weights of a case's ranking, and the rankings that decisions used."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.problems import Refusal
from partners import policies
from partners.discovery import WEIGHTS, Ranked, frozen, words
from partners.forms.discovery import ResetForm, WeightsForm
from partners.models import Function, Participant, RankingSnapshot
from partners.services import weights as service
from partners.views.reach import the_case
from partners.weights import complete, history_of, said, weights_of


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One municipality of a kept ranking, with what was decided on it."""

    ranked: Ranked
    decision: str

    @property
    def figures(self) -> dict[str, int | None]:
        """Of 100; None was not known."""
        names = ("score", "ease", "value", "coverage")
        found = {name: getattr(self.ranked, name) for name in names}
        return {name: None if value is None else round(100 * value) for name, value in found.items()}

    @property
    def sentence(self) -> str:
        """Why that place, in one sentence."""
        return words.sentence(self.ranked)

    @property
    def lines(self) -> list[words.Line]:
        """Its factors."""
        return words.lines(self.ranked)


@page
def weights(request: PersonRequest, pk: str) -> HttpResponse:
    """The weights in use, their history, and the form that sets others."""
    case = the_case(request, pk, "case.inside")
    if request.method == "POST":
        policies.require(request.user, "case.run", case)
    used = weights_of(case)
    form = WeightsForm(request.POST or None, weights=used, defaults=complete({}))
    if request.method == "POST" and form.is_valid():
        try:
            service.set_weights(
                case=case,
                weights=form.chosen,
                reason=form.cleaned_data["reason"],
                actor=Actor.person(request.user),
            )
        except Refusal as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("The case is ranked with these weights from now on."))
            return redirect("partners:weights", pk=case.pk)
    history = history_of(case)
    context = {
        "case": case,
        "form": form,
        "reset_form": ResetForm(auto_id="reset_%s"),
        "used": [
            (words.label(name), words.side(name), said(used[name]), said(WEIGHTS[name])) for name in used
        ],
        "history": history,
        "own": bool(history and not history[0].is_default),
        "may_run": policies.allows(request.user, "case.run", case),
    }
    return render(request, "partners/weights.html", context, status=form_status(request))


@command
def weights_reset(request: PersonRequest, pk: str) -> HttpResponse:
    """Back to the defaults, with a reason."""
    case = the_case(request, pk, "case.run")
    service.reset_weights(case=case, reason=request.POST.get("reason", ""), actor=Actor.person(request.user))
    messages.success(request, _("The case is ranked with the default weights again."))
    return redirect("partners:weights", pk=case.pk)


@page
def ranking(request: PersonRequest, pk: str, snapshot: str) -> HttpResponse:
    """A ranking as it stood when a decision used it."""
    case = the_case(request, pk, "case.inside")
    kept = get_object_or_404(RankingSnapshot, case=case, pk=snapshot)
    decided = {
        p.municipality_id: str(Participant.State(p.state).label)
        for p in case.participants.all()
        if p.ranking_id == kept.pk
    }
    by_weight = sorted(kept.weights.items(), key=lambda item: (-item[1], item[0]))
    context = {
        "case": case,
        "kept": kept,
        "functions": list(Function.objects.filter(pk__in=kept.functions)),
        "weights": [(words.label(name), words.side(name), said(weight)) for name, weight in by_weight],
        "rows": [KeptRow(row, decided.get(row.key, "")) for row in frozen.thaw(kept.rows)],
    }
    return render(request, "partners/ranking.html", context)
