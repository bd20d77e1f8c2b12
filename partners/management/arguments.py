"""What commands are asked with: a municipality, a function, a country, a form of the answer."""

from __future__ import annotations

import re
from argparse import ArgumentParser

from django.core.management.base import CommandError

from partners.models import Function, Municipality


def add_format(parser: ArgumentParser) -> None:
    """Every command answers people in text and programs in JSON."""
    parser.add_argument("--format", choices=("text", "json"), default="text")


def check_country(code: str) -> None:
    """Anything but two letters is wrong usage."""
    if not re.fullmatch("[A-Za-z]{2}", code):
        raise CommandError("--country: two letters are needed, such as FR", returncode=2)


def check_limit(limit: int | None) -> None:
    """A limit below one is wrong usage."""
    if limit is not None and limit < 1:
        raise CommandError("--limit: a number from 1", returncode=2)


def the_municipality(code: str, country: str) -> Municipality:
    """The one meant; refused when there is none or more than one."""
    found = Municipality.objects.filter(code=code)
    if country:
        found = found.filter(country=country.upper())
    matches = list(found[:2])
    if not matches:
        raise CommandError(f"No municipality with the code {code} is known.", returncode=1)
    if len(matches) > 1:
        raise CommandError(f"{code} is a code in several countries: give --country.", returncode=1)
    return matches[0]


def the_functions(code: str) -> list[Function]:
    """The function meant, or none."""
    if not code:
        return []
    found = Function.objects.select_related("evidence").filter(code=code).first()
    if found is None:
        raise CommandError(f"{code} is no function of the catalogue.", returncode=1)
    return [found]
