"""What was said and decided, in short, for the page of a case."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone

from meetings import board, gates, next_steps, policies
from meetings.models import Answer, ClarificationRound, ExplorationDecision, FormalMeeting, Meeting, NextStep
from partners.models import Case

register = template.Library()


@register.inclusion_tag("meetings/answers_summary.html", takes_context=True)
def answers_summary(context: Context, case: Case) -> dict[str, Any]:
    """How far the answers and attitudes are, as far as this person may know."""
    user = context["user"]
    clarification = ClarificationRound.objects.filter(case=case).first()
    if clarification is None or not policies.allows(user, "answers.read", case):
        return {"case": case, "clarification": None}
    shown = board.build(case, Answer.objects.visible_to(user), words=False)
    return {
        "case": case,
        "clarification": clarification,
        "board": shown,
        "attitudes": gates.latest_attitudes(case).values(),
    }


@register.inclusion_tag("meetings/outcomes_summary.html", takes_context=True)
def outcomes_summary(context: Context, case: Case) -> dict[str, Any]:
    """What the formal meeting came to, once its record is closed, for whoever may see the meeting."""
    user = context["user"]
    visible = Meeting.objects.visible_to(user).filter(
        case=case, kind=Meeting.Kind.FORMAL, state=Meeting.State.HELD
    )
    if not policies.allows(user, "outcomes.read", case):
        visible = visible.none()
    meeting = FormalMeeting.objects.filter(pk__in=visible.values("pk")).order_by("-held_at").first()
    steps = NextStep.objects.filter(meeting=meeting).select_related("owner__municipality")
    now = timezone.now()
    decisions = ExplorationDecision.objects.filter(selected_area__meeting=meeting)
    return {
        "case": case,
        "meeting": meeting,
        "decisions": decisions.select_related("participant__municipality", "selected_area__area__function"),
        "steps": [
            next_steps.standing(step, now)
            for step in steps.prefetch_related("depends_on__owner__municipality")
        ],
    }
