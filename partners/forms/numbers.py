"""Numbers as people write them: 150 000,50 and 150,000.50 are the same."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import get_language

SPACES = re.compile(r"[\s'’\u00a0\u2009\u202f]")
ENGLISH_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+")


def plain_number(text: str, language: str) -> str:
    """The number with a decimal point and no separators; what is no number stays what it is."""
    bare = SPACES.sub("", text)
    point, comma = bare.rfind("."), bare.rfind(",")
    if comma < 0:
        return bare.replace(".", "") if bare.count(".") > 1 else bare
    if point >= 0:
        thousands = "," if point > comma else "."
        return bare.replace(thousands, "").replace(",", ".")
    if bare.count(",") > 1 or (language.startswith("en") and ENGLISH_THOUSANDS.fullmatch(bare)):
        return bare.replace(",", "")
    return bare.replace(",", ".")


class NumberField(forms.DecimalField):
    """A decimal number in the writing of the reader's language, or any other common one."""

    def __init__(self, *, unit: Any = "", **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-unit": unit})
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Read thousands and decimals by what was typed."""
        if isinstance(value, str):
            value = plain_number(value, get_language() or "en")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """A stored number in the reader's writing; what was typed stays as typed."""
        if isinstance(value, Decimal | int):
            whole = value == int(value)
            return number_format(value, decimal_pos=0 if whole else 2, force_grouping=True)
        return value
