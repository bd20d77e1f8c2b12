"""What the exchange tells the ranking: whose offers and requests fit, who seeks partners, who both said yes.

One statement to the database for all listings, one or two for the private yeses, however many there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, TypedDict

from partners.models import Function, Listing, Municipality, Probe


class Listed(NamedTuple):
    """What counts of an open listing."""

    owner: int
    kind: str
    function: str
    title: str


class Complement(TypedDict):
    """Titles of what another municipality offers, and of what it seeks."""

    offers: list[str]
    requests: list[str]


def listed(owners: Collection[int], day: dt.date | None = None) -> list[Listed]:
    """Open listings of these municipalities, by title."""
    found = Listing.objects.open(day).filter(municipality__in=owners).order_by("title", "pk")
    return [Listed(*row) for row in found.values_list("municipality_id", "kind", "function_id", "title")]


def complements(
    listings: Sequence[Listed], municipality: Municipality, functions: Iterable[Function]
) -> dict[int, Complement]:
    """What open listings of others would complete, by the other's primary key.

    Their offers in the functions in question, and their requests wherever this one has an open offer.
    """
    wanted = {function.pk for function in functions}
    ours = {
        one.function for one in listings if one.owner == municipality.pk and one.kind == Listing.Kind.OFFER
    }
    found: dict[int, Complement] = {}
    for owner, kind, function, title in listings:
        if owner == municipality.pk or function not in (wanted if kind == Listing.Kind.OFFER else ours):
            continue
        entry = found.setdefault(owner, {"offers": [], "requests": []})
        entry["offers" if kind == Listing.Kind.OFFER else "requests"].append(title)
    return found


def requesters(listings: Iterable[Listed], functions: Iterable[Function]) -> set[int]:
    """Primary keys of municipalities with an open request in one of the functions: they say they want to."""
    wanted = {function.pk for function in functions}
    return {one.owner for one in listings if one.kind == Listing.Kind.REQUEST and one.function in wanted}


def matches(municipality: Municipality, functions: Iterable[Function]) -> set[int]:
    """Primary keys of those with whom a yes stands on both sides in one of the functions."""
    wanted = [function.pk for function in functions]
    yeses = Probe.objects.filter(municipality=municipality, function__in=wanted, interested=True)
    said = list(yeses.order_by().values_list("pk", flat=True))
    if not said:  # as with most: whether one was returned takes longer to ask
        return set()
    return set(Probe.objects.mutual().filter(pk__in=said).order_by().values_list("other_id", flat=True))
