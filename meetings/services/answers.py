"""The seven questions: open the round, save answers, open the seal."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings.models import Answer, ClarificationRound, Meeting
from meetings.models.clarification import Question
from partners.models import CandidateArea, Case, Participant
from partners.services import cases, participants

ANSWER_TIME = dt.timedelta(days=7)
OVER = (Case.State.HANDED_OVER, Case.State.PARKED, Case.State.CLOSED)


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote into one cell, and the revision of the cell they had before them."""

    answer: uuid.UUID
    revision: int
    state: str
    choice: str = ""
    causes: Sequence[str] = field(default_factory=tuple)
    text: str = ""
    owner: str = ""
    due: dt.date | None = None


@transaction.atomic
def open_round(*, meeting: Meeting, actor: Actor) -> ClarificationRound:
    """Ask the seven questions of everybody active about each agreed area; adds what came later."""
    case = cases.locked(meeting.case)
    opened, created = ClarificationRound.objects.get_or_create(
        case=case, defaults={"deadline": meeting.starts_at + ANSWER_TIME}
    )
    areas = case.areas.filter(state=CandidateArea.State.AGREED)
    active = case.participants.filter(state__in=Participant.ACTIVE)
    known = set(opened.answers.values_list("participant", "question", "area"))
    missing = [
        Answer(round=opened, participant=participant, question=question, area=area)
        for participant in active
        for question in Question
        for area in areas
        if (participant.pk, question.value, area.pk) not in known
    ]
    Answer.objects.bulk_create(missing, ignore_conflicts=True)
    if created:
        audit.record(
            actor,
            "asked the seven questions",
            opened,
            context=case.context,
            after={"until": opened.deadline.isoformat()},
        )
    return opened
