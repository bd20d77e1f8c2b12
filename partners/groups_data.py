"""Groups around a municipality from the database: candidates of the ranking, borders, what to reach."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from imc_portal.core.problems import Refusal
from partners.discovery import WEIGHTS, Ranked
from partners.discovery.groups import MOST_MEMBERS, Bounds, Found, Group, Pool, Threshold, find_groups
from partners.discovery.vicinity import distances, side_by_side
from partners.discovery_data import functions_of, rank_partners
from partners.models import Case, Function, FundingCall, Municipality, NeighbourLink, Participant
from partners.models.function import Confidence
from partners.weights import weights_of

#: How many of the nearest are ranked for groups: a town that completes one may lie behind many hamlets.
NEAREST = 150
#: Greatest distance from the initiator unless another is asked for: three quarters of an hour on a country
#: road. Where municipalities are wide it is the distance of the farthest neighbour.
NEAR_KM = 30
NAN = math.nan


@dataclass(frozen=True, slots=True)
class Goal:
    """What a group is to reach: the efficient scale of a function, or the least of a funding call."""

    threshold: Threshold
    functions: Sequence[Function]
    call: FundingCall | None = None

    @property
    def function(self) -> Function | None:
        """The function whose scale counts; None for a call."""
        return None if self.call else self.functions[0]

    @property
    def is_general_rule(self) -> bool:
        """Whether nothing is known of the function itself, so that the general rule stands in."""
        return self.function is not None and self.function.evidence.confidence == Confidence.NONE


@dataclass(frozen=True, slots=True)
class GroupSearch:
    """What was searched and found, with the municipalities behind the rows."""

    goal: Goal
    found: Found
    max_km: float
    max_size: int
    #: Whether connection is by borders on record; else by who lies side by side.
    by_borders: bool
    #: Set aside in the case or no longer in it, so in no group.
    left_out: int
    #: Of the pool: the initiator first.
    places: Sequence[Municipality]
    #: Rows that border the initiator.
    neighbours: frozenset[int]

    def members(self, group: Group) -> list[Municipality]:
        """The municipalities of a group, the initiator first."""
        return [self.places[row] for row in group.members]


def scale_of(function: Function) -> Goal:
    """The efficient scale of a function; refused when none is on record."""
    scale = function.evidence.efficient_scale
    if scale is None:
        raise Refusal(
            _("%(function)s has no efficient scale on record: there is nothing a group would have to reach.")
            % {"function": function}
        )
    return Goal(Threshold(scale), [function])


def least_of(call: FundingCall, functions: Sequence[Function] = ()) -> Goal:
    """What a funding call asks of a group: members, and inhabitants if it names a number."""
    return Goal(Threshold(call.min_population or 0, call.min_partners), list(functions), call)


def largest_scale(functions: Sequence[Function]) -> Goal | None:
    """The goal that serves all functions: the largest of their scales; None when none is on record."""
    known = [function for function in functions if function.evidence.efficient_scale]
    if not known:
        return None
    return scale_of(max(known, key=lambda function: (function.evidence.efficient_scale or 0, function.pk)))


def search_groups(
    municipality: Municipality,
    goal: Goal,
    *,
    case: Case | None = None,
    aside: bool = False,
    max_km: float | None = None,
    max_size: int = MOST_MEMBERS,
    limit: int = 10,
) -> GroupSearch:
    """The smallest groups around the municipality that reach the goal, in a fixed number of statements.

    In a case those who left it are in no group, and those set aside only with `aside`.
    """
    if barred := _barred(goal.call, municipality) if goal.call else "":
        raise Refusal(barred)
    left = _left(case, aside) if case else frozenset()
    ranked = rank_partners(
        municipality,
        functions=goal.functions,
        case=case,
        nearest=NEAREST,
        weights=weights_of(case) if case else WEIGHTS,
        also=[party.municipality_id for party in case.participants.all()] if case else (),
    )
    around = [municipality, *_places(ranked)]
    linked, by_borders = _linked(around)  # of all: that a neighbour is out brings nobody else nearer
    kept = [row for row, place in enumerate(around) if place.pk not in left and _takes(goal.call, place)]
    places, linked = [around[row] for row in kept], linked[np.ix_(kept, kept)]
    pool = _pool(places, {row.key: row for row in ranked}, linked)
    reach = reach_km(pool) if max_km is None else max_km
    return GroupSearch(
        goal=goal,
        found=find_groups(pool, goal.threshold, Bounds(max_size, reach), limit),
        max_km=reach,
        max_size=max_size,
        by_borders=by_borders,
        left_out=sum(row.key in left for row in ranked),
        places=places,
        neighbours=frozenset(np.flatnonzero(linked[0]).tolist()),
    )


def suggested_group(
    case: Case, functions: Sequence[Function] | None = None
) -> tuple[GroupSearch, Group, list[Municipality]] | None:
    """The best group for the functions (else those of the case), and whom to win for it.

    None when no scale is known or no group reaches it; nobody to win when large enough alone.
    """
    goal = largest_scale(functions_of(case) if functions is None else functions)
    if goal is None:
        return None
    search = search_groups(case.initiator, goal, case=case, limit=1)
    if not search.found.exists:
        return None
    group = search.found.groups[0]
    return search, group, search.members(group)[1:]


def reach_km(pool: Pool) -> float:
    """NEAR_KM, or as far as the farthest neighbour."""
    neighbours = pool.km[0][pool.linked[0]]
    known = neighbours[~np.isnan(neighbours)]
    return float(max([NEAR_KM, *np.ceil(known).tolist()]))


def _left(case: Case, aside: bool) -> frozenset[int]:
    """Municipalities that left the case, and those set aside unless they may be taken back."""
    gone = set(Participant.EXITS) - ({Participant.State.SET_ASIDE} if aside else set())
    return frozenset(party.municipality_id for party in case.participants.all() if party.state in gone)


def _barred(call: FundingCall, municipality: Municipality) -> str:
    """Why the call takes no group with this municipality in it; empty when it may."""
    if call.country != municipality.country:
        return _("The call is for another country.")
    if call.regions and municipality.region and municipality.region not in call.regions:
        return _("The call is for other regions than yours.")
    most = call.max_member_population
    if most is not None and municipality.population > most:
        return _("The call takes no municipality of more than %(n)s inhabitants.") % {
            "n": number_format(most, 0, force_grouping=True)
        }
    return ""


def _takes(call: FundingCall | None, municipality: Municipality) -> bool:
    return call is None or not _barred(call, municipality)


def _places(ranked: Sequence[Ranked]) -> list[Municipality]:
    """The candidates by key."""
    fields = ("code", "name", "country", "population", "latitude", "longitude", "fiscal_capacity", "region")
    return list(Municipality.objects.only(*fields).filter(pk__in=[row.key for row in ranked]).order_by("pk"))


def _linked(places: Sequence[Municipality]) -> tuple[Any, bool]:
    """Who borders whom by the records; when the first borders nobody there, who lies side by side."""
    row_of = {place.pk: row for row, place in enumerate(places)}
    keys: Collection[int] = list(row_of)
    linked = np.zeros((len(places), len(places)), dtype=np.bool_)
    for a, b in NeighbourLink.objects.filter(a__in=keys, b__in=keys).values_list("a_id", "b_id"):
        linked[row_of[a], row_of[b]] = linked[row_of[b], row_of[a]] = True
    if linked[0].any():
        return linked, True
    return side_by_side(*_points(places)), False


def _points(places: Sequence[Municipality]) -> tuple[Any, Any]:
    points = [(place.latitude, place.longitude) for place in places]
    known = [(NAN, NAN) if None in point else point for point in points]
    latitude, longitude = np.array(known, dtype=np.float64).T
    return latitude, longitude


def _pool(places: Sequence[Municipality], ranked: Mapping[int, Ranked], linked: Any) -> Pool:
    """Columns for the search; the initiator is not ranked and has no value of its own."""
    rows = [ranked.get(place.pk) for place in places]
    return Pool(
        codes=[place.code for place in places],
        population=np.array([place.population for place in places], dtype=np.float64),
        linked=linked,
        value=_numbers(row.value if row else None for row in rows),
        ease=_numbers(row.ease if row else None for row in rows),
        score=_numbers(row.score if row else None for row in rows),
        fiscal=_numbers(place.fiscal_capacity for place in places),
        km=distances(*_points(places)),
    )


def _numbers(values: Any) -> Any:
    return np.array([NAN if value is None else float(value) for value in values], dtype=np.float64)
