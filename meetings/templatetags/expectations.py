"""How an expectation is shown: its stance by sign and word, and only the words that were written."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from imc_portal.core.templatetags import portal
from meetings import policies, standpoints
from meetings.differences import Kind
from meetings.models import Expectation
from meetings.services import attitudes, expectations
from partners.models import Case, Participant

register = template.Library()
Stance = Expectation.Stance
#: Sign and tone of each stance; the word always stands beside them.
SHOWN = {
    Stance.NEEDS: ("++", "done"),
    Stance.WELCOMES: ("+", "done"),
    Stance.INDIFFERENT: ("0", "plain"),
    Stance.RELUCTANT: ("−", "waiting"),
    Stance.CANNOT: ("✕", "trouble"),
}


@register.simple_tag
def stance_badge(said: Expectation) -> SafeString:
    """Where a party stands, as sign and word."""
    sign, tone = SHOWN[Stance(said.stance)]
    word = portal.badge(str(Stance(said.stance).label), tone)
    return format_html('<span class="sign" aria-hidden="true">{}</span> {}', sign, word)


@register.simple_tag
def words_of(said: Expectation) -> list[tuple[str, str]]:
    """What stands behind the stance: the fields that say something, by their names."""
    names = ("interest", "expectation", "success", "limit", "concession")
    labels = {name: capfirst(str(Expectation._meta.get_field(name).verbose_name)) for name in names}  # type: ignore[union-attr]  # fields of its own
    return [(labels[name], text) for name in names if (text := str(getattr(said, name)))]


@register.inclusion_tag("meetings/expectations_card.html", takes_context=True)
def expectations_summary(context: Context, case: Case) -> dict[str, Any]:
    """How the expectations stand, in short, for whoever may read them; nothing before there are partners."""
    if not case.has_reached(Case.State.PROPOSAL) or not policies.allows(
        context["user"], "answers.read", case
    ):
        return {"case": None}
    return {"case": case} | _in_short(case)


@register.inclusion_tag("personal/part_talks.html")
def talks_by_link(participant: Participant, token: str) -> dict[str, Any]:
    """What the holder of a link may say now beside the answers: the attitude, and what they expect."""
    case = participant.case
    page = {} if expectations.why_not(case) else _in_short(case)
    goal = page.get("goal")
    return {
        "token": token,
        "states": not attitudes.why_not(case),
        "stated": participant.attitudes.order_by("-stated_at").first(),
        "expects": bool(page),
        "asked": participant in goal.silent if goal else False,
        **page,
    }


def _in_short(case: Case) -> dict[str, Any]:
    page = standpoints.build(case)
    kinds = [each.difference.kind for each in page.topics]
    return {"topics": len(kinds), "conflicts": kinds.count(Kind.CONFLICT), "goal": page.goal}
