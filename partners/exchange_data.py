"""What the exchange tells the ranking: whose offers and requests fit, who seeks partners, who both said yes.

Each answer is one statement to the database, whatever the number of listings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TypedDict

from django.db.models import Exists, OuterRef, Q

from partners.models import Function, Listing, Municipality, Probe


class Complement(TypedDict):
    """Titles of what another municipality offers, and of what it seeks."""

    offers: list[str]
    requests: list[str]


def complements(
    municipality: Municipality, functions: Iterable[Function], day: dt.date | None = None
) -> dict[int, Complement]:
    """What open listings of others would complete, by the other's primary key.

    Their offers in the functions in question, and their requests wherever this one has an open offer.
    """
    ours = Listing.objects.open(day).filter(
        municipality=municipality, kind=Listing.Kind.OFFER, function=OuterRef("function")
    )
    fits = Q(kind=Listing.Kind.OFFER, function__in=[function.pk for function in functions]) | Q(
        Exists(ours), kind=Listing.Kind.REQUEST
    )
    found: dict[int, Complement] = {}
    listed = Listing.objects.open(day).exclude(municipality=municipality).filter(fits).order_by("title", "pk")
    for owner, kind, title in listed.values_list("municipality_id", "kind", "title"):
        entry = found.setdefault(owner, {"offers": [], "requests": []})
        entry["offers" if kind == Listing.Kind.OFFER else "requests"].append(title)
    return found


def requesters(functions: Iterable[Function], day: dt.date | None = None) -> set[int]:
    """Primary keys of municipalities with an open request in one of the functions: they say they want to."""
    wanted = Listing.objects.open(day).filter(
        kind=Listing.Kind.REQUEST, function__in=[function.pk for function in functions]
    )
    return set(wanted.order_by().values_list("municipality_id", flat=True))


def matches(municipality: Municipality, functions: Iterable[Function]) -> set[int]:
    """Primary keys of those with whom a yes stands on both sides in one of the functions."""
    mutual = Probe.objects.mutual().filter(
        municipality=municipality, function__in=[function.pk for function in functions]
    )
    return set(mutual.order_by().values_list("other_id", flat=True))
