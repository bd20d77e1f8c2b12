"""Groups that are large enough, side by side, to choose one of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imc_portal.core.http import PersonRequest, page
from imc_portal.core.problems import Refusal
from imc_portal.core.templatetags.portal import colon
from partners import policies
from partners.discovery import group_words
from partners.discovery.funding import eligibility, is_eligible
from partners.discovery.groups import PARTNER_PENALTY, UNLIKENESS_PENALTY, Group
from partners.discovery_data import functions_of
from partners.forms.groups import Choices, GroupForm
from partners.funding_data import calls_for, group_of, rules_of
from partners.groups_data import Goal, GroupSearch, largest_scale, least_of, scale_of, search_groups
from partners.maps import Drawing, Shape, Tone, lay_out, paint
from partners.models import Case, Function, FundingCall, Municipality, Outline, Participant
from partners.views.municipalities import source_of_outlines
from partners.views.reach import the_case

#: Alternatives side by side.
MOST = 4
MAP_WIDTH = 260.0


@dataclass(frozen=True, slots=True)
class Member:
    """A municipality of a group, and what is decided about it in the case."""

    municipality: Municipality
    state: str

    @property
    def chosen(self) -> bool:
        """Whether it is on the short list, or further."""
        return self.state in Participant.ACTIVE

    @property
    def aside(self) -> bool:
        """Whether it was set aside; choosing it takes that back."""
        return self.state == Participant.State.SET_ASIDE


@dataclass(frozen=True, slots=True)
class Alternative:
    """One group as the page shows it."""

    letter: str
    group: Group
    members: Sequence[Member]
    population: str
    #: Name, value (None: not known) and what it is measured in.
    figures: Sequence[tuple[str, str | int | None, str]]
    calls: Sequence[FundingCall]
    map: str = field(repr=False)

    @property
    def open(self) -> list[Member]:
        """Those that are not on the short list yet."""
        return [member for member in self.members if not member.chosen]


@page
def groups(request: PersonRequest, pk: str) -> HttpResponse:
    """The smallest groups around the initiator that are large enough, or what comes nearest."""
    case = the_case(request, pk, "case.inside")
    functions = functions_of(case)
    calls = calls_for(case.initiator.country, [function.pk for function in functions])
    goals = _goals(functions, calls)
    context: dict[str, Any] = {
        "case": case,
        "may_run": policies.allows(request.user, "case.run", case),
        "penalties": {"partner": round(100 * PARTNER_PENALTY), "unlike": round(100 * UNLIKENESS_PENALTY)},
        "calls": calls,
    }
    if not goals:
        return render(request, "partners/groups.html", context)
    form = GroupForm(request.GET, goals=_choices(functions, calls), first=_first(functions, goals))
    status = 200 if form.is_valid() else 400
    context |= {"form": form} | (_answer(case, goals, form, calls) if form.is_valid() else {})
    return render(request, "partners/groups.html", context, status=status)


def _goals(functions: Sequence[Function], calls: Sequence[FundingCall]) -> dict[str, Goal]:
    """What can be reached, by the words of the form."""
    found = {f.pk: scale_of(f) for f in functions if f.evidence.efficient_scale}
    return found | {str(call.pk): least_of(call, functions) for call in calls}


def _first(functions: Sequence[Function], goals: Mapping[str, Goal]) -> str:
    """The goal that serves all functions, else the call that closes first."""
    largest = largest_scale(functions)
    return largest.functions[0].pk if largest else next(iter(goals))


def _choices(functions: Sequence[Function], calls: Sequence[FundingCall]) -> Choices:
    scales = [
        (f.pk, f"{f}{colon()}{group_words.wanted(scale_of(f).threshold)}")
        for f in functions
        if f.evidence.efficient_scale
    ]
    least = [
        (str(call.pk), f"{call}{colon()}{group_words.wanted(least_of(call).threshold)}") for call in calls
    ]
    return [
        (heading, rows)
        for heading, rows in ((_("Efficient scale"), scales), (_("Funding calls"), least))
        if rows
    ]


def _answer(
    case: Case, goals: Mapping[str, Goal], form: GroupForm, calls: Sequence[FundingCall]
) -> dict[str, Any]:
    """What the search came to, in words and as alternatives."""
    asked = form.cleaned_data
    try:
        search = search_groups(
            case.initiator,
            goals[asked["goal"]],
            case=case,
            aside=asked["aside"],
            max_km=asked["max_km"],
            max_size=asked["max_size"],
            limit=MOST,
        )
    except Refusal as refusal:
        return {"refused": refusal.reasons}
    found, goal = search.found, search.goal
    form.fields["max_km"].widget.attrs["placeholder"] = number_format(search.max_km, 0)
    return {
        "search": search,
        "goal": goal,
        # The choice is made on the ranking for this function: it is the one to keep.
        "query": f"?functions={goal.function.pk}" if goal.function and len(goals) > 1 else "",
        "wanted": group_words.wanted(goal.threshold),
        "alone": found.exists and len(found.groups[0].members) == 1,
        "none": [] if found.exists else _none(search),
        "notes": group_words.searched(found, by_borders=search.by_borders, left_out=search.left_out),
        "alternatives": _alternatives(case, search, calls),
    }


def _none(search: GroupSearch) -> list[str]:
    return group_words.none_found(
        search.found,
        search.goal.threshold,
        max_size=search.max_size,
        max_km=search.max_km,
        left_out=search.left_out,
    )


def _alternatives(case: Case, search: GroupSearch, calls: Sequence[FundingCall]) -> list[Alternative]:
    """The best groups; when none reaches it, the one that comes nearest."""
    found = search.found
    shown = [group for group in found.groups if len(group.members) > 1][: MOST if found.exists else 1]
    maps = _maps(case, search, shown)
    states = {participant.municipality_id: participant.state for participant in case.participants.all()}
    return [
        Alternative(
            letter="ABCD"[n],
            group=group,
            members=[Member(one, states.get(one.pk, "")) for one in search.members(group)[1:]],
            population=group_words.against(group.population, search.goal.threshold),
            figures=_figures(group),
            calls=_unlocked(case, search, group, calls),
            map=maps[n],
        )
        for n, group in enumerate(shown)
    ]


def _figures(group: Group) -> list[tuple[str, str | int | None, str]]:
    """What groups are compared by, the score first."""

    def of_100(figure: float | None) -> int | None:
        return None if figure is None else round(100 * figure)

    def km(figure: float | None) -> str | None:
        return None if figure is None else number_format(figure, 1)

    return [
        (_("Score"), of_100(group.score), _("of 100")),
        (pgettext("of a partner", "Value"), of_100(group.value), _("of 100")),
        (_("Ease"), of_100(group.ease), _("of 100")),
        (_("Unlikeness"), of_100(group.unlikeness), _("of 100")),
        (_("Farthest from you"), km(group.farthest_km), "km"),
        (_("Farthest apart"), km(group.diameter_km), "km"),
    ]


def _unlocked(
    case: Case, search: GroupSearch, group: Group, calls: Sequence[FundingCall]
) -> list[FundingCall]:
    """Open calls of which the group meets every rule that can be judged."""
    functions = [function.pk for function in search.goal.functions]
    together = group_of([case.initiator, *search.members(group)[1:]], functions)
    return [call for call in calls if is_eligible(eligibility(rules_of(call), together))]


def _maps(case: Case, search: GroupSearch, shown: Sequence[Group]) -> list[str]:
    """A small map for each group, all in one frame: the members of all of them and our neighbours."""
    rows = sorted({row for group in shown for row in group.members} | search.neighbours)
    outlines = dict(
        Outline.objects.filter(pk__in=[search.places[row].pk for row in rows]).values_list("pk", "geometry")
    )
    shapes = {
        row: Shape(place.code, place.name, outlines[place.pk], "context", label=True)
        for row in rows
        if (place := search.places[row]).pk in outlines
    }
    source = source_of_outlines(case.initiator) if outlines else ""
    drawing = lay_out(list(shapes.values()), source=source, width=MAP_WIDTH)
    if drawing is None:
        return [""] * len(shown)
    return [_map(drawing, shapes, search, group, "ABCD"[n]) for n, group in enumerate(shown)]


def _map(
    drawing: Drawing, shapes: Mapping[int, Shape], search: GroupSearch, group: Group, letter: str
) -> str:
    def part(row: int) -> Tone:
        return "self" if row == 0 else "chosen" if row in group.members else "context"

    names = ", ".join(member.name for member in search.members(group))
    return paint(
        drawing,
        [replace(shape, tone=part(row), label=row in group.members) for row, shape in shapes.items()],
        title=_("Group %(letter)s: %(names)s") % {"letter": letter, "names": names},
        desc=_("Your municipality crossed, the other members solid, who is in another group or none pale."),
    )
