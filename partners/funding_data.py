"""Funding calls from the database as the plain rules that `partners.discovery.funding` weighs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone

from partners.discovery.funding import Call, Group
from partners.models import FundingCall, Municipality


def rules_of(call: FundingCall) -> Call:
    """The rules of a stored call; reads its functions, so list calls with them prefetched."""
    return Call(
        title=call.title,
        country=call.country,
        deadline=call.deadline,
        opens_on=call.opens_on,
        regions=frozenset(call.regions),
        functions=frozenset(function.pk for function in call.functions.all()),
        min_partners=call.min_partners,
        min_population=call.min_population,
        max_member_population=call.max_member_population,
        min_years=call.min_years,
        own_share=call.own_share,
    )


def calls_for(country: str, functions: Iterable[str] = (), day: dt.date | None = None) -> list[FundingCall]:
    """Open calls of the country that pay for one of the functions; without functions all of them."""
    found = FundingCall.objects.open(day).filter(country=country).prefetch_related("functions")
    wanted = set(functions)
    return [call for call in found if not wanted or _pays_for(call, wanted)]


def _pays_for(call: FundingCall, wanted: set[str]) -> bool:
    """A call that names no function pays for all."""
    named = {function.pk for function in call.functions.all()}
    return not named or not named.isdisjoint(wanted)


def open_calls(country: str, functions: Iterable[str] = (), day: dt.date | None = None) -> list[Call]:
    """The rules of `calls_for`, in two statements however many calls there are."""
    return [rules_of(call) for call in calls_for(country, functions, day)]


def group_of(
    members: Sequence[Municipality],
    functions: Iterable[str] = (),
    *,
    years: int | None = None,
    day: dt.date | None = None,
) -> Group:
    """Municipalities, the applicant first, as a group that would apply together."""
    return Group(
        country=members[0].country if members else "",
        today=day or timezone.localdate(),
        populations=[float(member.population) for member in members],
        regions=[member.region for member in members],
        functions=frozenset(functions),
        years=years,
    )
