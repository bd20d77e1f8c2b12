"""The rules of the data: our own published JSON Schema, and the check that every package keeps it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imc_portal.core.problems import Refusal

if TYPE_CHECKING:
    import jsonschema

FILE = Path(__file__).with_name("schema.json")
MOST_PROBLEMS = 5


def text() -> bytes:
    """The schema as published, byte for byte."""
    return FILE.read_bytes()


def problems(facts: Mapping[str, Any]) -> list[str]:
    """What in the data breaks the schema, each with its place; at most a handful."""
    errors = sorted(_validator().iter_errors(facts), key=lambda error: str(error.json_path))
    return [f"{error.json_path}: {error.message[:200]}" for error in errors[:MOST_PROBLEMS]]


def require(facts: Mapping[str, Any]) -> None:
    """Refuse data that break the schema: such a package is never made."""
    if found := problems(facts):
        raise Refusal(*found)


@cache
def _validator() -> Any:
    import jsonschema  # only where a package is made

    schema = json.loads(text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=_formats())


def _formats() -> jsonschema.FormatChecker:
    """The formats that the schema uses; the library leaves date-time unchecked without another package."""
    import jsonschema  # as above

    checker = jsonschema.FormatChecker(formats=["date", "uuid", "email"])
    checker.checks("date-time", raises=ValueError)(_is_moment)
    return checker


def _is_moment(value: object) -> bool:
    """An ISO moment that knows its time zone; other types are judged elsewhere."""
    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None
