"""Figures inside words: {net ECO-ROA} in a text becomes the recipient's own amount, in its language.

Anything else in braces stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from proposals.documents import wording
from proposals.documents.facts import Facts
from proposals.estimate import Estimate

#: Words that stand before the code of a function: the reader's net a year (central, low, high benefit), its
#: cost today, what the group would pay together, and what joining up costs it once; under the key of the one
#: figure.
OF_A_FUNCTION = ("net", "low", "high", "cost", "joint", "once")
#: Words that stand alone: inhabitants of the reader, and of the group.
ALONE = ("people", "group")

_TOKEN = re.compile(
    rf"\{{\s*(?:(?P<alone>{'|'.join(ALONE)})|(?P<word>{'|'.join(OF_A_FUNCTION)})\s+(?P<code>[\w-]{{1,40}}))\s*\}}",
    re.IGNORECASE,
)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its known tokens replaced."""
    return _TOKEN.sub(lambda match: values.get(_name(match), match.group()), text)


def unknown(text: str, values: Mapping[str, str]) -> list[str]:
    """Tokens for which there is no figure, as typed, each once."""
    return list(dict.fromkeys(match.group() for match in _TOKEN.finditer(text) if _name(match) not in values))


def values_for(facts: Facts, reader: str, currency: str) -> dict[str, str]:
    """What each token stands for in the words to this recipient, in the active language."""
    found = {
        "people": wording.number(facts.member(reader).population),
        "group": wording.number(sum(one.population for one in facts.members)),
    }
    for one in facts.estimates:
        for word, amount in _amounts(one, reader):
            found[f"{word} {one.service.code}"] = wording.money(amount, currency)
    return found


def _amounts(estimate: Estimate, reader: str) -> Iterator[tuple[str, Decimal]]:
    for solo in estimate.solos:
        if solo.key == reader:
            yield "cost", solo.cost
    if estimate.known:
        for word, name in (("net", "central"), ("low", "low"), ("high", "high")):
            yield word, estimate.scenario(name).key(estimate.headline).nets[reader]
        yield "joint", estimate.scenario("central").joint
        yield "once", estimate.scenario("central").transition


def _name(match: re.Match[str]) -> str:
    return match["alone"].lower() if match["alone"] else f"{match['word'].lower()} {match['code'].upper()}"
