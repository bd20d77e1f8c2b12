"""What a draft still lacks, in whole sentences. No lead can go past this: it protects the recipients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import OfficeHolder, Participant
from proposals.documents import tokens, wording
from proposals.documents.facts import Facts, facts_of, recipients
from proposals.models import Annex, ProposalVersion, Statement


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that lacks: in `common`, in the annex with this key, or in the list of `recipients`.

    `at` names the place on that page where it is mended: a field, `statements`, `suggested`, or `recipient`.
    """

    where: str
    text: str
    at: str = ""


def completeness(version: ProposalVersion) -> list[str]:
    """What lacks before the version can be submitted; empty when nothing does."""
    return [gap.text for gap in gaps(version)]


def gaps(
    version: ProposalVersion, annexes: Sequence[Annex] | None = None, facts: Facts | None = None
) -> list[Gap]:
    """What lacks, and where; annexes (with statements, participants, contacts) and facts may be given."""
    if annexes is None:
        annexes = list(
            version.annexes.select_related(
                "participant__municipality", "participant__contact"
            ).prefetch_related("statements")
        )
    facts = facts or facts_of(version)
    found = [*_common(version), *_recipients(version, annexes)]
    for annex in annexes:
        found += _annex(annex) + _tokens(annex, facts) + _turned(annex, facts) + _contact(annex)
    return found


def _common(version: ProposalVersion) -> list[Gap]:
    found = [
        Gap("common", _("The section “%(name)s” is empty.") % {"name": version.label(section)}, section)
        for section in ProposalVersion.SECTIONS
        if not getattr(version, section).strip()
    ]
    if version.answer_by is None:
        found.append(Gap("common", _("No date is set by which we ask for an answer."), "answer_by"))
    elif version.answer_by <= timezone.localdate():
        found.append(Gap("common", _("The date by which we ask for an answer has passed."), "answer_by"))
    if version.number > 1 and not version.what_changed.strip():
        text = _("Nobody has said yet what changed since the last version.")
        found.append(Gap("common", text, "what_changed"))
    return found


def _recipients(version: ProposalVersion, annexes: Sequence[Annex]) -> list[Gap]:
    asked = recipients(version.proposal.case)
    held, wanted = {annex.participant_id for annex in annexes}, {one.pk for one in asked}
    texts = [_("%(name)s has no annex yet.") % {"name": one} for one in asked if one.pk not in held]
    texts += [
        _("%(name)s has left the case; its annex has to go.") % {"name": annex.participant}
        for annex in annexes
        if annex.participant_id not in wanted
    ]
    if not asked and not annexes:
        texts.append(_("Nobody would receive it: no municipality is open to talk yet."))
    return [Gap("recipients", text) for text in texts]


def _annex(annex: Annex) -> list[Gap]:
    name, where = {"name": annex.participant}, str(annex.pk)
    found = []
    if not annex.opening.strip():
        found.append(Gap(where, _("The annex for %(name)s has no opening words.") % name, "opening"))
    said = list(annex.statements.all())
    kinds = {statement.is_benefit for statement in said}
    if True not in kinds:
        found.append(Gap(where, _("The annex for %(name)s names no benefit.") % name, "statements"))
    if False not in kinds:
        found.append(Gap(where, _("The annex for %(name)s names no cost or risk.") % name, "statements"))
    if waiting := sum(statement.waits for statement in said):
        words = ngettext(
            "%(count)d suggested statement in the annex for %(name)s waits for your eye.",
            "%(count)d suggested statements in the annex for %(name)s wait for your eye.",
            waiting,
        )
        found.append(Gap(where, words % (name | {"count": waiting}), "suggested"))
    return found


def _tokens(annex: Annex, facts: Facts) -> list[Gap]:
    """Figures that words ask for and nobody has."""
    key, name = str(annex.participant_id), str(annex.participant)
    if key not in {member.key for member in facts.members}:
        return []
    values = tokens.values_for(facts, key, wording.currency_of(facts.country))
    said = [f"{one.text} {one.indicator}" for one in annex.statements.all()]
    texts = [("opening", annex.opening), ("open_questions", annex.open_questions)]
    return [
        Gap(
            str(annex.pk),
            _("The annex for %(name)s asks for a figure that is not known: %(token)s.")
            % {"name": name, "token": token},
            at,
        )
        for at, text in [*texts, ("statements", "\n".join(said))]
        for token in tokens.unknown(text, values)
    ]


def _turned(annex: Annex, facts: Facts) -> list[Gap]:
    """Statements that promise a gain, or fear a loss, where the figures have turned round meanwhile."""
    key, name = str(annex.participant_id), str(annex.participant)
    found = []
    for estimate in facts.estimates:
        if not estimate.known or key not in {solo.key for solo in estimate.solos}:
            continue
        net = estimate.scenario("central").key(estimate.headline).nets[key]
        wrong = Statement.Kind.UNIT_COST if net < 0 else Statement.Kind.HIGHER_COST
        says = {f"net {estimate.service.code}": ""}
        if any(
            one.kind == wrong and tokens.fill(one.text, says) != one.text for one in annex.statements.all()
        ):
            words = (
                _("The annex for %(name)s speaks of a gain in %(function)s; by the estimate it loses.")
                if net < 0
                else _("The annex for %(name)s speaks of a loss in %(function)s; by the estimate it gains.")
            )
            function = _(estimate.service.name).lower()
            found.append(Gap(str(annex.pk), words % {"name": name, "function": function}, "statements"))
    return found


def _contact(annex: Annex) -> list[Gap]:
    text = _wrong_with(annex.participant.contact, annex.participant)
    return [Gap(str(annex.pk), text, "recipient")] if text else []


def _wrong_with(contact: OfficeHolder | None, participant: Participant) -> str:
    name = {"name": str(participant)}
    if contact is None:
        return _("No recipient is chosen for %(name)s.") % name
    if not contact.email:
        return _("%(contact)s of %(name)s has no e-mail address.") % (name | {"contact": str(contact)})
    if contact.term_end and contact.term_end < timezone.localdate():
        return _("%(contact)s of %(name)s is no longer in office.") % (name | {"contact": str(contact)})
    return ""
