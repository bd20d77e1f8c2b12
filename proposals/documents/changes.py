"""What a correction changed, for one recipient: in the initiator's words, then passage by passage."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from proposals import difference
from proposals.documents import wording
from proposals.documents.context import Change, Changes, Prose
from proposals.documents.facts import Facts, facts_of
from proposals.documents.text import line, paragraphs
from proposals.documents.tokens import fill, values_for
from proposals.models import Annex, ProposalVersion

#: More changed lines than this are not told one by one; the sections themselves say what holds.
MOST_LINES = 60
#: Figures by which tokens are filled, of words that went and of all others.
Values = tuple[Mapping[str, str], Mapping[str, str]]


def earlier_for(version: ProposalVersion, participant_id: uuid.UUID) -> ProposalVersion | None:
    """The last approved version before this one that had an annex for the recipient."""
    if version.number == 1:
        return None
    before = ProposalVersion.objects.filter(
        proposal=version.proposal_id,
        number__lt=version.number,
        state=ProposalVersion.State.APPROVED,
        annexes__participant=participant_id,
    )
    return before.select_related("proposal__case__initiator").order_by("-number").first()


def changes_for(annex: Annex, facts: Facts) -> Changes | None:
    """What changed in the common part, in this annex and its figures; None for who had no version before."""
    version = annex.version
    earlier = earlier_for(version, annex.participant_id)
    if earlier is None:
        return None
    written_in = version.drafted_by.language
    values = (_values(facts_of(earlier), annex), _values(facts, annex))
    found = difference.compare_for(earlier, version, annex.participant_id)
    prose = _labels_of_prose(annex)
    passages, left = [], MOST_LINES
    for change in found:
        lines = tuple(_lines(change, values))[:left]
        left -= len(lines)
        if lines:
            passages.append(Change(line(change.where), lines, written_in if change.where in prose else ""))
    return Changes(
        since=earlier.number,
        words=Prose(paragraphs(fill(version.what_changed, values[1])), written_in),
        passages=tuple(passages),
        cut=left <= 0,
    )


def _values(facts: Facts, annex: Annex) -> Mapping[str, str]:
    reader = str(annex.participant_id)
    if reader not in {member.key for member in facts.members}:
        return {}
    return values_for(facts, reader, wording.currency_of(facts.country))


def _labels_of_prose(annex: Annex) -> set[str]:
    sections = {ProposalVersion.label(name).capitalize() for name in ProposalVersion.SECTIONS}
    return sections | {_("Annex for %(name)s") % {"name": annex.participant}}


def _lines(change: difference.Change, values: Values) -> Iterator[tuple[tuple[str, str], ...]]:
    for paragraph in change.paragraphs:
        if paragraph.kind == "same":
            continue
        spans = paragraph.spans or (difference.Span(paragraph.kind, paragraph.text),)
        yield tuple((span.kind, _printable(span, values)) for span in spans)


def _printable(span: difference.Span, values: Values) -> str:
    """Clean, with the blanks at its ends, which stand between it and its neighbours."""
    text = span.text
    words = line(fill(text, values[0] if span.kind == "gone" else values[1]))
    before, after = (" " if blank else "" for blank in (text[:1].isspace(), text[-1:].isspace()))
    return f"{before}{words}{after}" if words else " "
