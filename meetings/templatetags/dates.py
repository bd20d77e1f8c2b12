"""Dates that are being sought, for pages that show them in passing."""

from __future__ import annotations

from django import template
from django.db.models import Exists, OuterRef, QuerySet

from meetings.models import DateAnswer, DatePoll
from partners.models import Case, Participant

register = template.Library()


@register.simple_tag
def open_polls(participant: Participant) -> QuerySet[DatePoll]:
    """Open questions for a date in the participant's case, with whether it has answered."""
    said = DateAnswer.objects.filter(slot__poll=OuterRef("pk"), participant=participant)
    return polls_of(participant.case).annotate(answered=Exists(said))


@register.simple_tag
def polls_of(case: Case) -> QuerySet[DatePoll]:
    """Open questions for a date in this case."""
    return DatePoll.objects.filter(case=case, state=DatePoll.State.OPEN)
