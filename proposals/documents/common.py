"""The part of the paper that all recipients of one language read alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models.function import Confidence, Mode
from partners.models.need import Severity
from proposals.documents import wording
from proposals.documents.context import Common, Others, Row, Said, Table
from proposals.documents.facts import Facts
from proposals.documents.text import line, paragraphs
from proposals.documents.tokens import fill, values_for
from proposals.estimate import Estimate, Origin
from proposals.models import Annex, ProposalVersion, Statement


def compose_common(version: ProposalVersion, language: str, facts: Facts) -> Common:
    """The common part in one language; equal values are equal pages."""
    with translation.override(language):
        return Common(
            language=language,
            written_in=version.drafted_by.language,
            title=line(facts.title, 200),
            version=_version(version),
            draft=version.state != ProposalVersion.State.APPROVED,
            initiator=line(facts.initiator.name),
            why=paragraphs(version.why),
            needs=_needs(facts),
            areas=_areas(facts),
            areas_text=paragraphs(version.areas_text),
            asked=_asked(facts),
            next_steps=paragraphs(version.next_steps),
            not_asked=paragraphs(version.not_asked),
            sources=_sources(facts.estimates, wording.currency_of(facts.country)),
            annexes=_annexes(version, facts) if version.annexes_shared else (),
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


def _annexes(version: ProposalVersion, facts: Facts) -> tuple[Others, ...]:
    found = version.annexes.select_related("participant__municipality").prefetch_related("statements")
    there = {member.key for member in facts.members}
    return tuple(_other(annex, facts) for annex in found if str(annex.participant_id) in there)


def _other(annex: Annex, facts: Facts) -> Others:
    statements = list(annex.statements.all())
    values = values_for(facts, str(annex.participant_id), wording.currency_of(facts.country))
    return Others(
        name=line(str(annex.participant)),
        opening=paragraphs(fill(annex.opening, values)),
        benefits=said((one for one in statements if one.is_benefit), values),
        costs=said((one for one in statements if not one.is_benefit), values),
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
    return Table(_("Who is asked"), (_("Municipality"), _("Inhabitants"), _("Part")), tuple(rows))


def _sources(estimates: Sequence[Estimate], currency: str) -> Table:
    rows = []
    for one in estimates:
        name = _(one.service.name)
        effect = one.service.effect
        rows.append(
            Row(
                _("%(function)s: effect of cooperation on cost") % {"function": name},
                (
                    _effect(one),
                    wording.origin(Origin.DEFAULT) if effect.known else _("not known"),
                    line(effect.source, 300),
                    str(Confidence(effect.confidence).label),
                ),
            )
        )
        rows += [
            Row(
                _("%(function)s: cost of %(name)s today") % {"function": name, "name": line(solo.name)},
                (
                    wording.money(solo.cost, currency),
                    wording.origin(solo.origin),
                    _("cost per inhabitant of %(name)s") % {"name": solo.source}
                    if solo.origin == Origin.ASSUMED
                    else line(solo.source, 200) or _("its own accounts"),
                    str(Confidence(solo.confidence).label),
                ),
            )
            for solo in one.solos
        ]
    headings = (_("Input"), _("Value"), _("Origin"), _("Source"), _("Confidence"))
    return Table(_("Where the figures come from"), headings, tuple(rows))


def _effect(estimate: Estimate) -> str:
    effect = estimate.service.effect
    if not effect.known:
        return "–"
    return " / ".join(wording.percent(effect.share(name)) for name in ("low", "central", "high"))
