"""What the address of a discovery page asks: functions, municipalities beyond the nearest, filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models.functions import Length
from django.http import QueryDict

from imc_portal.core.http import PersonRequest
from partners.discovery import Ranked
from partners.discovery.compass import direction
from partners.discovery.wish import Where
from partners.discovery_data import functions_among
from partners.forms.discovery import WishForm
from partners.models import Case, Function, Municipality
from partners.models.names import fold
from partners.services.discovery import ranking_for

#: So many municipalities beyond the nearest can be ranked besides.
MOST_ALSO = 20
#: So many are offered when a name is looked for.
OFFERED = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """The ranking asked for, with all from which it may be asked otherwise."""

    case: Case
    #: All functions of the case's areas, and those ranked for when nothing is asked.
    available: Sequence[Function]
    usual: Sequence[Function]
    functions: Sequence[Function]
    also: Sequence[int]

    def ranking(self) -> list[Ranked]:
        """The ranking as it stands now."""
        return ranking_for(self.case, self.functions, self.also)

    @property
    def query(self) -> str:
        """What makes this ranking, as the end of an address; nothing for the ranking of the case."""
        return f"?{self._pairs.urlencode()}" if self._pairs else ""

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The same as hidden fields of a form."""
        return [(name, str(value)) for name, values in self._pairs.lists() for value in values]

    def query_with(self, key: int) -> str:
        """The same ranking with one municipality more."""
        pairs = self._pairs
        pairs.appendlist("also", str(key))
        return f"?{pairs.urlencode()}"

    @property
    def _pairs(self) -> QueryDict:
        pairs = QueryDict(mutable=True)
        if {f.pk for f in self.functions} != {f.pk for f in self.usual}:
            pairs.setlist("functions", [f.pk for f in self.functions])
        if self.also:
            pairs.setlist("also", [str(key) for key in self.also])
        return pairs


def asked_of(request: PersonRequest, case: Case) -> Asked:
    """What the query asks; functions that are not of the case, and nonsense, ask for nothing."""
    areas = list(case.areas.select_related("function__evidence"))
    available = list({area.function_id: area.function for area in areas}.values())
    usual = functions_among(areas)
    named = set(request.GET.getlist("functions"))
    functions = [function for function in available if function.pk in named]
    return Asked(case, available, usual, functions or usual, _also(case, request.GET.getlist("also")))


def _also(case: Case, words: Sequence[str]) -> list[int]:
    wanted = [int(word) for word in words[:MOST_ALSO] if word.isdecimal() and len(word) < 12]
    if not wanted:
        return []
    found = Municipality.objects.filter(pk__in=wanted, country=case.initiator.country)
    return sorted(found.exclude(pk=case.initiator_id).values_list("pk", flat=True))


def found_by_name(case: Case, name: str, ranked: Sequence[Ranked]) -> list[Municipality]:
    """Municipalities of the country with this in their name, the nearest to it first; not those ranked."""
    wanted = fold(name[:100])
    if not wanted:
        return []
    found = Municipality.objects.filter(country=case.initiator.country, search_name__contains=wanted)
    found = found.exclude(pk__in=[case.initiator_id, *(row.key for row in ranked)])
    found = found.order_by(Length("search_name"), "name", "code")
    return list(found.only("name", "population", "county_name", "country", "code")[:OFFERED])


def wish_form(request: PersonRequest, asked: Asked, places: Mapping[int, Where]) -> WishForm:
    """The filters as they were sent, with what can be chosen here."""
    data = request.GET.copy()
    if "functions" not in data:
        data.setlist("functions", [function.pk for function in asked.functions])
    return WishForm(
        data,
        functions=asked.available,
        counties=sorted({place.county for place in places.values()} - {""}),
        regions=sorted({place.region for place in places.values()} - {""}),
    )


def places_of(case: Case, ranked: Sequence[Ranked]) -> dict[int, Where]:
    """County, region and direction of each candidate, with one statement."""
    own = case.initiator
    found = Municipality.objects.filter(pk__in=[row.key for row in ranked]).order_by()
    return {
        key: Where(county, region, _way(own, latitude, longitude))
        for key, county, region, latitude, longitude in found.values_list(
            "pk", "county_name", "region_name", "latitude", "longitude"
        )
    }


def _way(own: Municipality, latitude: float | None, longitude: float | None) -> str:
    if own.latitude is None or own.longitude is None or latitude is None or longitude is None:
        return ""
    return direction(own.latitude, own.longitude, latitude, longitude)
