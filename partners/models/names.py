"""Names folded for searching: no accents, capitals or punctuation; by the database and by Python alike."""

from __future__ import annotations

import re
import unicodedata

from django.db.models import Func

#: Letters that are one sign and read as two, or as another one.
LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
#: Signs that stand between words: everything of ASCII that is no letter or digit, and typographic ones.
BETWEEN = "\\u0001-\\u002f\\u003a-\\u0060\\u007b-\\u00bf\\u2000-\\u206f"
ACCENTS = "\\u0300-\\u036f"


def fold(text: str) -> str:
    """The text as search columns hold it: “L'Étoile-Bas” becomes “l etoile bas”."""
    bare = re.sub(f"[{ACCENTS}]", "", unicodedata.normalize("NFKD", text)).lower()
    for letter, letters in LIGATURES.items():
        bare = bare.replace(letter, letters)
    return re.sub(f"[{BETWEEN}]+", " ", bare).strip(" ")


def _template() -> str:
    """The same in SQL; every function in it is immutable, as a generated column asks."""
    bare = f"lower(regexp_replace(normalize(%(expressions)s, NFKD), '[{ACCENTS}]', '', 'g'))"
    for letter, letters in LIGATURES.items():
        bare = f"replace({bare}, '{letter}', '{letters}')"
    return f"btrim(regexp_replace({bare}, '[{BETWEEN}]+', ' ', 'g'), ' ')"


class Folded(Func):
    """`fold` as an expression of the database (PostgreSQL in UTF-8)."""

    template = _template()
