"""From records to one recipient's paper, in that recipient's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.templatetags.portal import colon
from partners.models import Participant
from partners.models.function import Confidence, Mode
from partners.models.need import Severity
from proposals.documents import money, wording
from proposals.documents.context import Paper, Row, Said, Table
from proposals.documents.facts import Facts, facts_of
from proposals.documents.group_map import draw_group
from proposals.documents.text import line, paragraphs
from proposals.estimate import Estimate, Origin
from proposals.models import Annex, ProposalVersion, Statement


class NotInTheGroup(Exception):
    """The annex is for a municipality that has left the case; it waits to be dropped."""


def language_for(participant: Participant) -> str:
    """The language of the recipient's papers: the contact's, else the municipality's, else English."""
    offered = {code for code, _name in settings.LANGUAGES}
    wanted = [participant.contact.language if participant.contact else "", participant.municipality.language]
    return next((language for language in wanted if language in offered), settings.LANGUAGE_CODE)


def compose(annex: Annex, language: str = "", facts: Facts | None = None) -> Paper:
    """The paper of one annex with its version's common part."""
    language = language or language_for(annex.participant)
    facts = facts or facts_of(annex.version)
    if str(annex.participant_id) not in {member.key for member in facts.members}:
        raise NotInTheGroup(str(annex.participant))
    with translation.override(language):
        return _compose(annex, language, facts)


def _compose(annex: Annex, language: str, facts: Facts) -> Paper:
    version, reader = annex.version, str(annex.participant_id)
    recipient, initiator = facts.member(reader), facts.initiator
    currency = wording.currency_of(facts.country)
    statements = list(annex.statements.all())
    told = tuple(money.tell(one, reader, currency) for one in facts.estimates)
    created = version.approved_at or timezone.now().replace(microsecond=0)
    title = line(facts.title, 200)
    return Paper(
        language=language,
        written_in=version.drafted_by.language,
        title=title,
        name=_("Proposal to %(name)s: %(title)s") % {"name": recipient.name, "title": title},
        version=_version(version, created),
        draft=version.state != ProposalVersion.State.APPROVED,
        created=created.isoformat(timespec="seconds"),
        initiator=line(initiator.name),
        recipient=line(recipient.name),
        contact=_contact(annex.participant),
        sentence=_sentence(facts, recipient.name),
        figure=money.headline(facts.estimates, reader, recipient.name, currency),
        answer_by=wording.day(version.answer_by) if version.answer_by else _("no date set yet"),
        map=draw_group(facts, reader),
        legend=_legend(facts, reader),
        why=paragraphs(version.why),
        needs=_needs(facts),
        areas=_areas(facts),
        areas_text=paragraphs(version.areas_text),
        asked=_asked(facts, reader),
        opening=paragraphs(annex.opening),
        benefits=_said(one for one in statements if one.is_benefit),
        costs=_said(one for one in statements if not one.is_benefit),
        money=told,
        unknown=tuple(f"{one.title}{colon()}{gap}" for one in told for gap in one.unknown),
        questions=paragraphs(annex.open_questions),
        next_steps=paragraphs(version.next_steps),
        not_asked=paragraphs(version.not_asked),
        sources=_sources(facts.estimates, currency),
    )


def _version(version: ProposalVersion, created: dt.datetime) -> str:
    words = (
        _("Version %(number)d, %(date)s")
        if version.approved_at
        else _("Draft of version %(number)d, %(date)s")
    )
    return words % {"number": version.number, "date": wording.day(timezone.localdate(created))}


def _contact(participant: Participant) -> str:
    contact = participant.contact
    return line(f"{contact.name}, {contact.get_office_display()}") if contact else ""


def _sentence(facts: Facts, recipient: str) -> str:
    areas = [_(area.function).lower() for area in facts.areas]
    return _(
        "%(initiator)s invites %(recipient)s to find out together whether working jointly on %(areas)s pays."
    ) % {
        "initiator": line(facts.initiator.name),
        "recipient": line(recipient),
        "areas": wording.listed(areas) or _("an area still to be agreed"),
    }


def _legend(facts: Facts, reader: str) -> tuple[Row, ...]:
    ordered = sorted(facts.members, key=lambda one: (one.key != reader, not one.initiator, one.name))
    return tuple(
        Row(line(one.name), (wording.number(one.population),), mine=one.key == reader) for one in ordered
    )


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


def _asked(facts: Facts, reader: str) -> Table:
    rows = [
        Row(
            line(member.name),
            (
                wording.number(member.population),
                _("writes this proposal")
                if member.initiator
                else _("reads this proposal: you")
                if member.key == reader
                else _("receives its own"),
            ),
            mine=member.key == reader,
        )
        for member in facts.members
    ]
    rows.append(Row(_("Together"), (wording.number(sum(one.population for one in facts.members)), "")))
    return Table(_("Who is asked"), (_("Municipality"), _("Inhabitants"), _("Part")), tuple(rows))


def _said(statements: Iterable[Statement]) -> tuple[Said, ...]:
    return tuple(
        Said(
            kind=str(one.get_kind_display()).partition(": ")[2] or str(one.get_kind_display()),
            text=line(one.text, 1000),
            indicator=line(one.indicator, 200),
            confidence=str(one.get_confidence_display()),
        )
        for one in statements
    )


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
