"""From records to one recipient's paper, in that recipient's language."""

from __future__ import annotations

from babel import Locale
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from imc_portal.core.languages import nearest
from imc_portal.core.templatetags.portal import colon
from partners.models import Participant
from proposals.documents import money, wording
from proposals.documents.changes import changes_for
from proposals.documents.common_part import compose_common, created_at, own_words, said
from proposals.documents.context import Common, Paper, Row
from proposals.documents.data import own_data
from proposals.documents.facts import Facts, facts_of
from proposals.documents.first_page import arrange
from proposals.documents.group_map import draw_group
from proposals.documents.text import line
from proposals.documents.tokens import values_for
from proposals.models import Annex


class NotInTheGroup(Exception):
    """The annex is for a municipality that has left the case; it waits to be dropped."""


def language_for(participant: Participant) -> str:
    """The language of the recipient's papers: the contact's, else the municipality's, else English."""
    wanted = [participant.contact.language if participant.contact else "", participant.municipality.language]
    return next((found for code in wanted if (found := nearest(code))), settings.LANGUAGE_CODE)


def compose(
    annex: Annex, language: str = "", facts: Facts | None = None, common: Common | None = None
) -> Paper:
    """The paper of one annex; facts and the common part are read anew unless they are handed over."""
    language = language or language_for(annex.participant)
    facts = facts or facts_of(annex.version)
    if str(annex.participant_id) not in {member.key for member in facts.members}:
        raise NotInTheGroup(str(annex.participant))
    common = common or compose_common(annex.version, language, facts)
    with translation.override(language):
        return _compose(annex, common, facts)


def _compose(annex: Annex, common: Common, facts: Facts) -> Paper:
    version, reader = annex.version, str(annex.participant_id)
    recipient = facts.member(reader)
    currency = wording.currency_of(facts.country)
    values = values_for(facts, reader, currency)
    opening, questions = own_words(annex, facts, values)
    statements = list(annex.statements.all())
    told = tuple(money.tell(one, reader, currency) for one in facts.estimates)
    sentence = _sentence(facts, recipient.name)
    figure = money.headline(facts.estimates, reader, recipient.name, currency)
    answer_by = wording.day(version.answer_by) if version.answer_by else _("no date set yet")
    promise = _("Exploring commits nobody: no decision, no money and no staff are asked for now.")
    contact, picture = _contact(annex.participant), draw_group(facts, reader)
    return Paper(
        common=common,
        name=_("Proposal to %(name)s: %(title)s") % {"name": line(recipient.name), "title": common.title},
        created=created_at(version).isoformat(timespec="seconds"),
        recipient=line(recipient.name),
        contact=contact,
        sentence=sentence,
        figure=figure,
        answer_by=answer_by,
        promise=promise,
        map=picture,
        first_page=arrange(
            title=common.title,
            parties=(common.initiator, f"{recipient.name} {contact}"),
            sentence=sentence,
            figure=figure,
            answer_by=answer_by,
            promise=promise,
            legend=_legend(facts, reader),
            has_map=picture is not None,
        ),
        opening=opening,
        benefits=said((one for one in statements if one.is_benefit), values),
        costs=said((one for one in statements if not one.is_benefit), values),
        money=told,
        unknown=tuple(f"{one.title}{colon()}{gap}" for one in told for gap in one.unknown),
        questions=questions,
        foreign=_foreign(common),
        changes=changes_for(annex, facts),
        data=own_data(annex, facts, common.language, common.data),
    )


def _foreign(common: Common) -> str:
    """Said once where the author's words are in another language than the reader's."""
    if common.written_in == common.language:
        return ""
    name = Locale.parse(common.written_in.replace("-", "_")).get_display_name(wording.locale())
    return _("The words of %(initiator)s are in their own language: %(language)s.") % {
        "initiator": common.initiator,
        "language": name,
    }


def _contact(participant: Participant) -> str:
    contact = participant.contact
    return line(f"{contact.name}{wording.comma()}{contact.get_office_display()}") if contact else ""


def _sentence(facts: Facts, recipient: str) -> str:
    areas = [wording.inside(_(area.function)) for area in facts.areas]
    return _(
        "%(initiator)s invites %(recipient)s to find out together whether working jointly on %(areas)s pays."
    ) % {
        "initiator": wording.isolated(line(facts.initiator.name)),
        "recipient": wording.isolated(line(recipient)),
        "areas": wording.listed(areas) or _("an area still to be agreed"),
    }


def _legend(facts: Facts, reader: str) -> tuple[Row, ...]:
    ordered = sorted(facts.members, key=lambda one: (one.key != reader, not one.initiator, one.name))
    return tuple(
        Row(line(one.name), (wording.number(one.population),), mine=one.key == reader) for one in ordered
    )
