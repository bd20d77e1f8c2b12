"""What a draft still lacks, in whole sentences. No lead can go past this: it protects the recipients."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import OfficeHolder, Participant
from proposals.documents.facts import recipients
from proposals.models import Annex, ProposalVersion


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that lacks: in `common`, in the annex with this key, or in the list of `recipients`."""

    where: str
    text: str


def completeness(version: ProposalVersion) -> list[str]:
    """What lacks before the version can be submitted; empty when nothing does."""
    return [gap.text for gap in gaps(version)]


def gaps(version: ProposalVersion) -> list[Gap]:
    """What lacks, and where."""
    annexes = list(
        version.annexes.select_related("participant__municipality", "participant__contact").prefetch_related(
            "statements"
        )
    )
    found = [Gap("common", text) for text in _common(version)]
    found += [Gap("recipients", text) for text in _recipients(version, annexes)]
    for annex in annexes:
        found += [Gap(str(annex.pk), text) for text in _annex(annex)]
    return found


def _common(version: ProposalVersion) -> list[str]:
    texts = [
        _("The section “%(name)s” is empty.") % {"name": version.label(section)}
        for section in ProposalVersion.SECTIONS
        if not getattr(version, section).strip()
    ]
    if version.answer_by is None:
        texts.append(_("No date is set by which we ask for an answer."))
    elif version.answer_by <= timezone.localdate():
        texts.append(_("The date by which we ask for an answer has passed."))
    return texts


def _recipients(version: ProposalVersion, annexes: list[Annex]) -> list[str]:
    asked = recipients(version.proposal.case)
    held, wanted = {annex.participant_id for annex in annexes}, {one.pk for one in asked}
    texts = [_("%(name)s has no annex yet.") % {"name": one} for one in asked if one.pk not in held]
    texts += [
        _("%(name)s has left the case; its annex has to go.") % {"name": annex.participant}
        for annex in annexes
        if annex.participant_id not in wanted
    ]
    return texts if asked or annexes else [_("Nobody would receive it: no municipality is open to talk yet.")]


def _annex(annex: Annex) -> list[str]:
    name = {"name": annex.participant}
    texts = []
    if not annex.opening.strip():
        texts.append(_("The annex for %(name)s has no opening words.") % name)
    kinds = {statement.is_benefit for statement in annex.statements.all()}
    if True not in kinds:
        texts.append(_("The annex for %(name)s names no benefit.") % name)
    if False not in kinds:
        texts.append(_("The annex for %(name)s names no cost or risk.") % name)
    return texts + _contact(annex.participant.contact, annex.participant)


def _contact(contact: OfficeHolder | None, participant: Participant) -> list[str]:
    name = {"name": str(participant)}
    if contact is None:
        return [_("No recipient is chosen for %(name)s.") % name]
    if not contact.email:
        return [_("%(contact)s of %(name)s has no e-mail address.") % (name | {"contact": str(contact)})]
    if contact.term_end and contact.term_end < timezone.localdate():
        return [_("%(contact)s of %(name)s is no longer in office.") % (name | {"contact": str(contact)})]
    return []
