"""Regions and counties as people choose among them: read once, forgotten with the next import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.core.cache import cache

from partners.models import Municipality

COUNTIES = "partners.counties"
REGIONS = "partners.regions"
HELD_FOR = 3600


class Region(NamedTuple):
    """One region of a country."""

    country: str
    code: str
    name: str

    @property
    def key(self) -> str:
        """Its code with its country, as addresses carry it."""
        return f"{self.country}-{self.code}"


def counties() -> list[str]:
    """Names of all counties."""
    held: list[str] | None = cache.get(COUNTIES)
    if held is None:
        named = Municipality.objects.exclude(county_name="").order_by("county_name")
        held = list(named.values_list("county_name", flat=True).distinct())
        cache.set(COUNTIES, held, timeout=HELD_FOR)
    return held


def regions() -> list[Region]:
    """All regions, by name."""
    held: list[tuple[str, str, str]] | None = cache.get(REGIONS)
    if held is None:
        coded = Municipality.objects.exclude(region="").order_by("region_name", "country", "region")
        held = list(coded.values_list("country", "region", "region_name").distinct())
        cache.set(REGIONS, held, timeout=HELD_FOR)
    return [Region(country, code, name or code) for country, code, name in held]


def region_names(country: str) -> Mapping[str, str]:
    """Name of each region of the country by its code."""
    return {region.code: region.name for region in regions() if region.country == country}


def forget() -> None:
    """After an import: read again."""
    cache.delete_many([COUNTIES, REGIONS])
