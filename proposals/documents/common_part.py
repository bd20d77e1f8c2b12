"""The part of the paper that all recipients of one language read alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import partial

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models.function import Confidence, Mode
from partners.models.need import Severity
from proposals.documents import standard, wording
from proposals.documents.context import Common, Others, Prose, Row, Said, Table
from proposals.documents.data import shared_data
from proposals.documents.facts import Facts
from proposals.documents.money import key_words, members_table
from proposals.documents.sources import source_tables
from proposals.documents.text import line, paragraphs
from proposals.documents.tokens import fill, values_for
from proposals.models import Annex, ProposalVersion, Statement


def compose_common(version: ProposalVersion, language: str, facts: Facts) -> Common:
    """The common part in one language; equal values are equal pages."""
    author, currency = version.drafted_by.language, wording.currency_of(facts.country)
    areas = [(area.function, area.mode) for area in facts.areas]
    shared = _shared(version, facts)
    with translation.override(language):
        return Common(
            language=language,
            written_in=author,
            title=line(facts.title, 200),
            version=_version(version),
            draft=version.state != ProposalVersion.State.APPROVED,
            initiator=line(facts.initiator.name),
            why=Prose(paragraphs(version.why), author),
            needs=_needs(facts),
            areas=_areas(facts),
            areas_text=standard.prose(version.areas_text, author, partial(standard.areas_text, areas), {}),
            asked=_asked(facts),
            next_steps=standard.prose(version.next_steps, author, standard.next_steps, {}),
            not_asked=standard.prose(version.not_asked, author, standard.not_asked, {}),
            payments=tuple(members_table(one, currency) for one in facts.estimates if one.known),
            key_words=key_words(facts.estimates),
            sources=source_tables(facts.estimates, currency),
            shared=version.annexes_shared,
            annexes=tuple(_other(annex, facts) for annex in shared.values()),
            data=shared_data(version, facts, shared),
        )


def own_words(annex: Annex, facts: Facts, values: Mapping[str, str]) -> tuple[Prose, Prose]:
    """Opening words and questions to one recipient, in the language in which they are printed."""
    author = annex.version.drafted_by.language
    name = line(facts.member(str(annex.participant_id)).name)
    areas = [area.function for area in facts.areas]
    opening = partial(standard.opening, name, line(facts.initiator.name))
    questions = partial(standard.open_questions, areas)
    return (
        standard.prose(annex.opening, author, opening, values),
        standard.prose(annex.open_questions, author, questions, values),
    )


def created_at(version: ProposalVersion) -> dt.datetime:
    """When the words became what they are: on approval, else now."""
    return version.approved_at or timezone.now().replace(microsecond=0)


def said(statements: Iterable[Statement], values: Mapping[str, str]) -> tuple[Said, ...]:
    """Statements as they are printed, their tokens filled with these figures."""
    return tuple(
        Said(
            kind=str(one.get_kind_display()).partition(": ")[2] or str(one.get_kind_display()),
            text=line(fill(one.text, values), 1000),
            indicator=line(fill(one.indicator, values), 200),
            confidence=str(one.get_confidence_display()),
        )
        for one in statements
    )


def _shared(version: ProposalVersion, facts: Facts) -> dict[str, Annex]:
    """The annexes that everybody reads, by recipient; none unless the initiator shares them."""
    if not version.annexes_shared:
        return {}
    there = {member.key for member in facts.members}
    found = version.annexes.select_related("participant__municipality").prefetch_related("statements")
    annexes = {str(annex.participant_id): annex for annex in found if str(annex.participant_id) in there}
    for annex in annexes.values():
        annex.version = version
    return annexes


def _other(annex: Annex, facts: Facts) -> Others:
    statements = list(annex.statements.all())
    values = values_for(facts, str(annex.participant_id), wording.currency_of(facts.country))
    opening, questions = own_words(annex, facts, values)
    return Others(
        name=line(facts.member(str(annex.participant_id)).name),
        opening=opening,
        benefits=said((one for one in statements if one.is_benefit), values),
        costs=said((one for one in statements if not one.is_benefit), values),
        questions=questions,
    )


def _version(version: ProposalVersion) -> str:
    words = (
        _("Version %(number)d, %(date)s")
        if version.approved_at
        else _("Draft of version %(number)d, %(date)s")
    )
    return words % {"number": version.number, "date": wording.day(timezone.localdate(created_at(version)))}


def _needs(facts: Facts) -> Table | None:
    rows = tuple(
        Row(
            line(need.member),
            (_(need.function), str(Severity(need.severity).label), line(need.statement), line(need.evidence)),
        )
        for need in facts.needs
    )
    headings = (_("Whose"), _("Function"), _("How bad"), _("The need"), _("What shows it"))
    return Table(_("Needs this case starts from"), headings, rows) if rows else None


def _areas(facts: Facts) -> Table:
    return Table(
        caption=_("Areas to explore"),
        headings=(_("Function"), _("Way of working together"), _("Efficient scale"), _("Evidence")),
        rows=tuple(
            Row(
                _(area.function),
                (
                    str(Mode(area.mode).label),
                    ngettext("%(n)s inhabitant", "%(n)s inhabitants", area.scale)
                    % {"n": wording.number(area.scale)}
                    if area.scale
                    else _("not known"),
                    str(Confidence(area.confidence).label),
                ),
            )
            for area in facts.areas
        ),
    )


def _asked(facts: Facts) -> Table:
    rows = [
        Row(
            line(member.name),
            (
                wording.number(member.population),
                _("writes this proposal") if member.initiator else _("receives its own"),
            ),
        )
        for member in facts.members
    ]
    rows.append(Row(_("Together"), (wording.number(sum(one.population for one in facts.members)), "")))
    headings = (_("Municipality"), _("Inhabitants"), _("Part"))
    return Table(_("The group, with inhabitants"), headings, tuple(rows))
