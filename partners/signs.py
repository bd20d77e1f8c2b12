"""What the portal itself knows of others: what they have said, what they offer, which money they bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.db.models import prefetch_related_objects

from partners.discovery.funding import Call, unlocked_by
from partners.discovery.ranking import Known
from partners.exchange_data import Listed, complements, listed, matches, requesters
from partners.funding_data import group_of, open_calls
from partners.models import ContactLog, Function, Municipality, Participant

Result = ContactLog.Result
#: How willing an attitude, a contact, an open request or a mutual yes says that somebody is, 0 to 1.
OF_ATTITUDE = {"positive": 1.0, "conditional": 0.7, "undecided": 0.4, "negative": 0.0}
OF_CONTACT = {Result.OPEN.value: 0.7, Result.WAITING.value: 0.4, Result.DECLINED.value: 0.0}
REQUEST, MUTUAL_YES = 0.7, 1.0


def signs_of(
    municipality: Municipality,
    keys: Sequence[int],
    functions: Sequence[Function],
    parties: Sequence[Participant],
) -> dict[str, Known]:
    """Willingness, complement and funding of the candidates; a fixed number of statements."""
    listings = listed([municipality.pk, *keys])
    return {
        "willingness": _willingness(municipality, keys, functions, parties, listings),
        "complement": _complement(municipality, keys, functions, listings),
        "funding": _funding(municipality, keys, functions, parties),
    }


def _willingness(
    municipality: Municipality,
    keys: Sequence[int],
    functions: Sequence[Function],
    parties: Sequence[Participant],
    listings: Sequence[Listed],
) -> Known:
    """An attitude counts before a contact, both before an open request; silence is nothing."""
    of = {party.municipality_id: party for party in parties}
    contacts = _last_contacts(parties)
    seeking, mutual = requesters(listings, functions), matches(municipality, functions)
    raw = [_said(key, of.get(key), contacts, seeking, mutual) for key in keys]
    return Known(_column(_willing(word) for word in raw), raw)


def _said(
    key: int,
    party: Participant | None,
    contacts: Mapping[int, str],
    seeking: set[int],
    mutual: set[int],
) -> dict[str, Any]:
    left = party is not None and party.state in (Participant.State.DECLINED, Participant.State.WITHDRAWN)
    return {
        "attitude": (party.attitude or None) if party else None,
        "contact": Result.DECLINED.value if left else contacts.get(key),
        "request": key in seeking,
        "mutual": key in mutual,
    }


def _willing(said: Mapping[str, Any]) -> float | None:
    if said["attitude"]:
        return OF_ATTITUDE[said["attitude"]]
    if said["mutual"]:
        return MUTUAL_YES
    if said["contact"]:
        return OF_CONTACT[said["contact"]]
    return REQUEST if said["request"] else None


def _last_contacts(parties: Sequence[Participant]) -> dict[int, str]:
    """What came of the last contact with each municipality of the case."""
    of = {party.pk: party.municipality_id for party in parties if not party.is_initiator}
    if not of:
        return {}
    logged = ContactLog.objects.filter(participant__in=of).order_by("at", "pk")
    return {of[party]: result for party, result in logged.values_list("participant_id", "result")}


def _complement(
    municipality: Municipality,
    keys: Sequence[int],
    functions: Sequence[Function],
    listings: Sequence[Listed],
) -> Known:
    """1 where an open offer meets what the other seeks; who publishes nothing is not known."""
    found = complements(listings, municipality, functions)
    raw = [dict(found.get(key, {"offers": [], "requests": []})) for key in keys]
    return Known(_column(1.0 if key in found else None for key in keys), raw)


def _funding(
    municipality: Municipality,
    keys: Sequence[int],
    functions: Sequence[Function],
    parties: Sequence[Participant],
) -> Known:
    """1 where an open call comes within reach of the group so far by this one; not known without calls."""
    codes = [function.pk for function in functions]
    calls = open_calls(municipality.country, codes) if codes else []
    raw: list[dict[str, Any]] = [{"calls": []} for _key in keys]
    if not calls:
        return Known(np.full(len(keys), np.nan), raw)
    for call, unlocked in _unlocked(municipality, keys, codes, calls, parties):
        for found, is_unlocked in zip(raw, unlocked, strict=True):
            if is_unlocked:
                found["calls"].append(call.title)
    return Known(_column(float(bool(found["calls"])) for found in raw), raw)


def _unlocked(
    municipality: Municipality,
    keys: Sequence[int],
    codes: Sequence[str],
    calls: Sequence[Call],
    parties: Sequence[Participant],
) -> list[tuple[Call, Any]]:
    active = [party for party in parties if party.state in Participant.ACTIVE and not party.is_initiator]
    prefetch_related_objects(active, "municipality")  # nothing where the page has read them
    chosen = [party.municipality for party in active]
    group = group_of([municipality, *chosen], codes)
    inside = {member.pk for member in chosen}
    facts = Municipality.objects.filter(pk__in=keys).order_by()
    about = {
        pk: (population, region) for pk, population, region in facts.values_list("pk", "population", "region")
    }
    sizes = np.array([float(about[key][0]) for key in keys])
    regions = [about[key][1] for key in keys]
    outside = np.array([key not in inside for key in keys], dtype=bool)
    return [(call, unlocked_by(call, group, sizes, regions) & outside) for call in calls]


def _column(values: Iterable[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
