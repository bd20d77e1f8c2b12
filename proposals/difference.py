"""What changed between two versions, by paragraphs, and by words where a paragraph was changed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from proposals.documents import wording
from proposals.documents.facts import Facts, facts_of
from proposals.estimate.figures import SCENARIOS, Estimate
from proposals.models import Annex, ProposalVersion, Statement

#: Alike enough to be one paragraph that was changed, not one that went and another that came.
ALIKE = 0.5
#: Comparing grows with the product of the lengths; beyond this, old and new simply stand below each other.
MOST = 200_000
MOST_PAIRS = 2_500
#: A figure's token stays in one piece, so that it can still be filled.
_WORDS = re.compile(r"(?:\{[^{}\s]+(?:\s+[^{}\s]+)?\}|\S)+\s*|\s+")


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a changed paragraph: `same`, `gone`, `new`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph that stayed, went, came or was changed: `same`, `gone`, `new`, `changed`.

    Of a changed one, `text` is how it reads now and `spans` are its words, old and new.
    """

    kind: str
    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One part of the proposal that differs."""

    where: str
    paragraphs: tuple[Paragraph, ...]


def compare(old: ProposalVersion, new: ProposalVersion) -> list[Change]:
    """The parts that differ, in reading order; parts that stayed as they were are left out."""
    return _changes(old, new, None)


def compare_for(old: ProposalVersion, new: ProposalVersion, participant_id: uuid.UUID) -> list[Change]:
    """What one recipient may know of it: the common part and its own annex and figures, nobody else's."""
    return _changes(old, new, participant_id)


def _changes(old: ProposalVersion, new: ProposalVersion, reader: uuid.UUID | None) -> list[Change]:
    before, after = dict(_parts(old, reader)), dict(_parts(new, reader))
    names = [*after, *(name for name in before if name not in after)]
    return [
        Change(name, tuple(differences(before.get(name, ""), after.get(name, ""))))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def _parts(version: ProposalVersion, reader: uuid.UUID | None) -> Iterator[tuple[str, str]]:
    for section in ProposalVersion.SECTIONS:
        yield version.label(section).capitalize(), getattr(version, section).replace("\r\n", "\n")
    yield _("Please answer by"), wording.day(version.answer_by) if version.answer_by else ""
    yield _("Cost key of the first page"), str(version.get_cost_key_display())
    yield (
        _("Who reads the annexes"),
        _("Every recipient reads all annexes.")
        if version.annexes_shared
        else _("Each recipient reads its own annex alone."),
    )
    facts = facts_of(version)
    for annex in version.annexes.all():
        if reader in (None, annex.participant_id):
            yield _("Annex for %(name)s") % {"name": annex.participant}, _annex(annex)
            yield _("Figures for %(name)s") % {"name": annex.participant}, "\n".join(_figures(annex, facts))


def _annex(annex: Annex) -> str:
    said = [_statement(one) for one in annex.statements.all()]
    return "\n".join([annex.opening, *said, annex.open_questions]).replace("\r\n", "\n")


def _statement(one: Statement) -> str:
    words = f"{one.get_kind_display()}: {one.text}"
    if one.indicator:
        words += " " + _("To be seen by: %(indicator)s.") % {"indicator": one.indicator}
    return words + " " + _("Confidence: %(confidence)s.") % {"confidence": one.get_confidence_display()}


def _figures(annex: Annex, facts: Facts) -> Iterator[str]:
    reader, currency = str(annex.participant_id), wording.currency_of(facts.country)
    for one in facts.estimates:
        if reader in {solo.key for solo in one.solos}:
            yield from _amounts(one, reader, currency)


def _amounts(one: Estimate, reader: str, currency: str) -> Iterator[str]:
    function = _(one.service.name)
    cost = next(solo.cost for solo in one.solos if solo.key == reader)
    yield _("%(function)s, cost today: %(amount)s") % {
        "function": function,
        "amount": wording.money(cost, currency),
    }
    for name in SCENARIOS if one.known else ():
        net = one.scenario(name).key(one.headline).nets[reader]
        yield _("%(function)s, net a year, %(key)s, %(scenario)s: %(amount)s") % {
            "function": function,
            "key": wording.key(one.headline).lower(),
            "scenario": wording.scenario(name).lower(),
            "amount": wording.money(net, currency, signed=True),
        }


def differences(before: str, after: str) -> Iterator[Paragraph]:
    """Two texts, paragraph by paragraph."""
    old, new = ([line for line in text.split("\n") if line.strip()] for text in (before, after))
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Paragraph("same", text) for text in old[a:b])
        else:
            yield from _replaced(old[a:b], new[c:d])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
    """What went, then what came; those that are alike stand as changed at their place in the new text."""
    at = 0
    came: list[Paragraph] = []
    few = len(old) * len(new) <= MOST_PAIRS
    for text in new:
        match = next((n for n in range(at, len(old)) if few and _alike(old[n], text)), None)
        if match is None:
            came.append(Paragraph("new", text))
            continue
        yield from (Paragraph("gone", gone) for gone in old[at:match])
        yield from came
        yield Paragraph("changed", text, tuple(_spans(old[match], text)))
        came, at = [], match + 1
    yield from (Paragraph("gone", gone) for gone in old[at:])
    yield from came


def _alike(old: str, new: str) -> bool:
    one, other = _WORDS.findall(old), _WORDS.findall(new)
    if len(one) * len(other) > MOST:
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _spans(old: str, new: str) -> Iterator[Span]:
    one, other = _WORDS.findall(old), _WORDS.findall(new)
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Span("same", "".join(other[c:d]))
            continue
        if a < b:
            yield Span("gone", "".join(one[a:b]))
        if c < d:
            yield Span("new", "".join(other[c:d]))
