"""What changed between two versions, paragraph by paragraph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from proposals.models import Annex, ProposalVersion


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph that stayed, went or came: `same`, `gone`, `new`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One part of the proposal that differs."""

    where: str
    paragraphs: tuple[Paragraph, ...]


def compare(old: ProposalVersion, new: ProposalVersion) -> list[Change]:
    """The parts that differ, in reading order; parts that stayed as they were are left out."""
    before, after = dict(_parts(old)), dict(_parts(new))
    names = [*after, *(name for name in before if name not in after)]
    return [
        Change(name, tuple(_differences(before.get(name, ""), after.get(name, ""))))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def _parts(version: ProposalVersion) -> Iterator[tuple[str, str]]:
    for section in ProposalVersion.SECTIONS:
        yield version.label(section).capitalize(), getattr(version, section)
    yield _("Please answer by"), str(version.answer_by or "")
    for annex in version.annexes.all():
        yield _("Annex for %(name)s") % {"name": annex.participant}, _annex(annex)


def _annex(annex: Annex) -> str:
    statements = [f"{one.get_kind_display()}: {one.text}" for one in annex.statements.all()]
    return "\n".join([annex.opening, *statements, annex.open_questions])


def _differences(before: str, after: str) -> Iterator[Paragraph]:
    old, new = ([line for line in text.splitlines() if line.strip()] for text in (before, after))
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Paragraph("same", text) for text in old[a:b])
        else:
            yield from (Paragraph("gone", text) for text in old[a:b])
            yield from (Paragraph("new", text) for text in new[c:d])
