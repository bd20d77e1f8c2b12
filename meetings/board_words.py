"""What the answers say together, in plain words: the sentences above the board."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.templatetags.portal import day
from meetings import matrix
from meetings.findings import Offer, Talks
from meetings.models.question import Question
from partners.discovery import funding_words
from partners.models import AuthorityStance, Cause


@dataclass(frozen=True, slots=True)
class Callout:
    """A sentence above the board and its tone."""

    text: str
    tone: str = "note"
    #: Sentences that explain it.
    more: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences on one subject."""

    title: str
    callouts: list[Callout] = field(default_factory=list)


def groups(found: matrix.Findings, talks: Talks, offers: Sequence[Offer]) -> list[Group]:
    """First where most agree, then function by function, then money, then what is not settled."""
    told = [
        Group(_("Areas that two or more seriously envisage"), list(_intersection(found, talks))),
        *_by_function(found, talks),
        Group(_("Funding that the present group can get"), [_offer(offer, talks) for offer in offers]),
        Group(_("Not settled yet"), [*_disputed(found), *_deferred(found)]),
    ]
    return [group for group in told if group.callouts]


def names(who: Iterable[str]) -> str:
    """A, B and C."""
    return get_text_list(list(who), _("and"))


def _intersection(found: matrix.Findings, talks: Talks) -> Iterable[Callout]:
    for one in found.intersection:
        words = {"area": talks.area(one.area), "who": names(one.serious)}
        yield Callout(_("%(area)s: seriously considered by %(who)s.") % words, "done")


def _by_function(found: matrix.Findings, talks: Talks) -> Iterable[Group]:
    """One group for each function: what it needs, then each of its areas."""
    for on in found.functions:
        areas = [area for area in talks.areas if str(area.function_id) == on.function]
        group = Group(str(areas[0]) if len(areas) == 1 else str(areas[0].function), list(_shared(on)))
        for one in found.areas:
            area = talks.area(one.area)
            if area in areas:
                label = str(area.get_mode_display()) if len(areas) > 1 else ""
                group.callouts.extend(_possible(one, label))
                group.callouts.extend(_authorities(one, talks, label))
        yield group


def _shared(found: matrix.FunctionFindings) -> Iterable[Callout]:
    if found.shared_problem:
        graded = [f"{who} ({severity})" for who, severity in found.shared_problem.items()]
        yield Callout(_("The same problem: %(who)s.") % {"who": names(graded)}, "done")
    for cause, who in found.common_causes.items():
        words = {"cause": Cause(cause).label, "who": names(who)}
        yield Callout(_("A common cause: %(cause)s (%(who)s).") % words)
    if found.new_service:
        yield Callout(
            ngettext(
                "A needed service is missing in %(who)s.",
                "A needed service is missing in %(who)s: a joint new service could be considered.",
                len(found.new_service),
            )
            % {"who": names(found.new_service)}
        )


def _possible(found: matrix.AreaFindings, label: str) -> Iterable[Callout]:
    if found.no_refusal:
        text = _("Nobody says no to cooperation as a possible solution.")
        yield Callout(_labelled(label, text), "done")
    if found.everyone_but:
        text = _("Everyone but %(who)s sees a possible solution, or does not rule it out.")
        yield Callout(_labelled(label, text % {"who": found.everyone_but}), "waiting")


def _authorities(found: matrix.AreaFindings, talks: Talks, label: str) -> Iterable[Callout]:
    """Stances with their evidence; what nobody knows is a question to ask."""
    for stance in found.stances:
        yield Callout(_labelled(label, _stance(stance, talks)))
    for key in found.ask:
        body = talks.body(key)
        if body is None:
            text = _("Nobody knows yet what the regional or central authority thinks. Next step: ask.")
        else:
            text = _("Nobody knows yet what %(body)s thinks. Next step: ask.") % {"body": body}
        yield Callout(_labelled(label, text), "waiting")


def _stance(stance: matrix.Stance, talks: Talks) -> str:
    words = {
        "body": talks.body(stance.body) or stance.words,
        "stance": AuthorityStance.Stance(stance.stance).label,
        "evidence": ", ".join(filter(None, (stance.said_by, day(stance.said_on), stance.how))),
        "who": stance.told_by,
    }
    if not words["evidence"]:
        return _("%(body)s: %(stance)s, as %(who)s has heard.") % words
    if stance.told_by:
        return _("%(body)s: %(stance)s, as %(who)s has heard (%(evidence)s).") % words
    return _("%(body)s: %(stance)s (%(evidence)s).") % words


def _labelled(label: str, text: str) -> str:
    return _("%(area)s: %(text)s") % {"area": label, "text": text} if label else text


def _offer(offer: Offer, talks: Talks) -> Callout:
    """The call, whether the group meets its rules, who would join, and each rule in a sentence."""
    verdict, tone = funding_words.verdict([rule.met for rule in offer.rules])
    if not offer.rules:
        verdict, tone = _("its rules are not known"), "waiting"
    words = {"call": offer.title, "verdict": verdict, "who": names(str(town) for town in offer.group) or "–"}
    sentences = [_("%(call)s: %(verdict)s with %(who)s.") % words, *_voices(offer)]
    functions = {str(area.function_id): str(area.function) for area in talks.areas}
    regions = {town.region: town.region_name for town in offer.group}
    said = funding_words.said(offer.rules, funding_words.Names(regions, functions))
    rules = [f"{one.sentence} ({one.state})" for one in said]
    return Callout(" ".join(sentences), tone, [*rules, *_money(offer)])


def _voices(offer: Offer) -> Iterable[str]:
    if offer.told_by:
        yield _("Named by %(who)s.") % {"who": offer.told_by}
    if offer.said and offer.said.joining:
        yield _("Would join: %(who)s.") % {"who": names(offer.said.joining)}
    if offer.said and offer.said.perhaps:
        yield _("Perhaps: %(who)s.") % {"who": names(offer.said.perhaps)}
    if offer.said and offer.said.refusing:
        yield _("Not: %(who)s.") % {"who": names(offer.said.refusing)}


def _money(offer: Offer) -> Iterable[str]:
    amount = offer.call.amount_max if offer.call else offer.named.amount if offer.named else None
    if amount is not None:
        figure = str(number_format(amount, decimal_pos=0, force_grouping=True))
        unit = offer.call.currency if offer.call else ""
        yield _("At most %(amount)s.") % {"amount": f"{figure} {unit}".strip()}
    source = offer.named.source if offer.named else offer.call.source if offer.call else ""
    if source:
        yield _("Source: %(source)s") % {"source": source}


def _disputed(found: matrix.Findings) -> Iterable[Callout]:
    for one in found.disputed:
        words = {
            "who": one.who,
            "question": Question(one.question).label,
            "about": one.about,
            "by": one.disputed_by,
            "why": one.dispute,
        }
        if one.disputed_by:
            text = _("%(by)s disputes what %(who)s says (%(about)s): %(question)s “%(why)s”")
        else:
            text = _("Disputed in %(who)s (%(about)s): %(question)s")
        yield Callout(text % words, "trouble")


def _deferred(found: matrix.Findings) -> Iterable[Callout]:
    for one in found.deferred:
        words = {
            "who": one.who,
            "question": Question(one.question).label,
            "about": one.about,
            "owner": one.owner,
            "due": day(one.due),
        }
        text = _("Still to come from %(who)s (%(about)s): %(question)s %(owner)s, by %(due)s.")
        yield Callout(text % words, "waiting")
