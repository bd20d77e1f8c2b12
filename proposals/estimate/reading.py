"""Values out of JSON that somebody wrote: each is checked, and every fault is told in a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from imc_portal.core.problems import Refusal

#: Larger sums do not fit the records, and are a slip of the hand.
MOST_MONEY = Decimal(10) ** 12
MOST_PEOPLE = 10**9
LONGEST_NAME = 200


def load(text: str) -> Mapping[str, Any]:
    """The one object of the text; numbers exact."""
    try:
        data = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_once_each
        )
    except json.JSONDecodeError as error:
        raise Refusal(f"Not JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from error
    except (ValueError, ArithmeticError) as error:
        raise Refusal("A number is too long to be read.") from error
    except RecursionError as error:
        raise Refusal("Too many brackets inside each other.") from error
    if not isinstance(data, dict):
        raise Refusal("The input has to be one JSON object.")
    return data


def _refuse_constant(name: str) -> NoReturn:
    raise Refusal(f"{name} is not a number that can be reckoned with.")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refusal(f"{shown(twice)} stands twice in one object.")
    return found


class Reader:
    """Takes fields out of one object, notes what is wrong with them, and which nobody asked for."""

    def __init__(self, data: Mapping[str, Any], where: str, reasons: list[str]) -> None:
        self.data, self.where, self.reasons = data, where, reasons
        self.asked: set[str] = set()

    @property
    def ignored(self) -> list[str]:
        """Fields that mean nothing here."""
        return [shown(name) for name in self.data if name not in self.asked]

    def number(
        self,
        name: str,
        *,
        least: Decimal | int = 0,
        most: Decimal | int = MOST_MONEY,
        whole: bool = False,
        needed: bool = False,
    ) -> Decimal | None:
        """A number within bounds; None where it is not given or wrong."""
        value = self.value(name, needed=needed)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self._wrong(name, "a number, without quotes, is needed")
            return None
        number = Decimal(value) if isinstance(value, Decimal) or abs(value) <= most else Decimal(most) + 1
        if not least <= number <= most:
            self._wrong(name, f"a number from {plain(least)} to {plain(most)} is needed")
            return None
        if whole and number != number.to_integral_value():
            self._wrong(name, "a whole number is needed")
            return None
        return number

    def text(self, name: str, *, needed: bool = False, default: str = "") -> str:
        """A short printable text."""
        value = self.value(name, needed=needed)
        if value is None:
            return default
        if not isinstance(value, str) or not is_name(value):
            self._wrong(name, f"a text of 1 to {LONGEST_NAME} printable characters is needed")
            return default
        return value

    def value(self, name: str, *, needed: bool = False) -> Any:
        """The raw value; None where there is none."""
        self.asked.add(name)
        value = self.data.get(name)
        if value is None and needed:
            self._wrong(name, "is missing")
        return value

    def part(self, name: str) -> Reader | None:
        """An object inside this one."""
        value = self.value(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(name, "an object is needed")
            return None
        return Reader(value, self._named(name), self.reasons)

    def _named(self, name: str) -> str:
        return f"{self.where}, {name}" if self.where else name

    def _wrong(self, name: str, what: str) -> None:
        self.reasons.append(f"{self._named(name)}: {what}.")


def is_name(value: str) -> bool:
    """Whether a text can stand for somebody or something."""
    return bool(value.strip()) and len(value) <= LONGEST_NAME and value.isprintable()


def shown(name: str) -> str:
    """A name from outside, safe to print."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:40])


def plain(number: Decimal | int) -> str:
    """A bound in words."""
    return f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"
