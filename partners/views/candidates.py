"""One candidate opened into its factors, and up to four side by side."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.http import PersonRequest, page
from partners import policies
from partners.discovery import words
from partners.discovery.changes import changes
from partners.discovery.compare import MOST, side_by_side
from partners.forms import ReasonForm
from partners.groups_data import suggested_group
from partners.models import Municipality
from partners.standings import standings_of
from partners.views.asked import asked_of, places_of
from partners.views.reach import the_case
from partners.views.rows import Row, rows_of


@page
def candidate(request: PersonRequest, pk: str, municipality: int) -> HttpResponse:
    """Why it stands where it stands; only the inner part when the list asks for it."""
    case = the_case(request, pk, "case.inside")
    asked = asked_of(request, case)
    ranked = asked.ranking()
    found = [one for one in ranked if one.key == municipality]
    if not found:
        raise Http404
    (row,) = rows_of(case, found, places_of(case, found))
    inner = bool(getattr(request, "htmx", False))
    context = {
        "case": case,
        "asked": asked,
        "inner": inner,
        "row": row,
        "total": len(ranked),
        "municipality": get_object_or_404(Municipality, pk=municipality),
        "lines": words.lines(row.ranked),
        "changes": changes(row.ranked, ranked, [str(function) for function in asked.functions]),
        "standing": standings_of([row.participant] if row.participant else []).get(municipality),
        "reason_form": ReasonForm(auto_id=f"aside_{municipality}_%s"),
        "may_run": policies.allows(request.user, "case.run", case),
    }
    template = "partners/candidate_detail.html" if inner else "partners/candidate.html"
    answer = render(request, template, context)
    answer["Vary"] = "HX-Request"  # one address, two sizes: a cache must not mix them up
    return answer


@page
def suggested(request: PersonRequest, pk: str) -> HttpResponse:
    """The best group for what is asked, to stand beside the tray: looked for after the list is there."""
    case = the_case(request, pk, "case.inside")
    found = suggested_group(case, asked_of(request, case).functions)
    return render(request, "partners/suggested_group.html", {"case": case, "suggested": found})


@page
def compare(request: PersonRequest, pk: str) -> HttpResponse:
    """Up to four candidates, factor by factor."""
    case = the_case(request, pk, "case.inside")
    asked = asked_of(request, case)
    ranked = asked.ranking()
    named = set(request.GET.getlist("with"))
    chosen = [one for one in ranked if str(one.key) in named]
    problem = _problem(len(chosen))
    rows: list[Row] = rows_of(case, chosen, places_of(case, chosen))
    context = {
        "case": case,
        "asked": asked,
        "rows": rows,
        "criteria": [] if problem else side_by_side(chosen, case.initiator.population),
        "problem": problem,
        "most": MOST,
    }
    # Nobody ticked is no mistake: the page says how it works.
    return render(request, "partners/compare.html", context, status=400 if problem and named else 200)


def _problem(count: int) -> str:
    """Why there is nothing to compare."""
    if count > MOST:
        words = ngettext(
            "%(count)d municipality is ticked; at most %(most)d stand side by side.",
            "%(count)d municipalities are ticked; at most %(most)d stand side by side.",
            count,
        )
        return words % {"count": count, "most": MOST}
    return "" if count >= 2 else _("Tick two to four municipalities in the list to see them side by side.")
