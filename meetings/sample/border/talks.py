"""The two informal meetings: papers, replies, the seven questions under seal, what was said."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from imc_portal.core.audit import Actor
from meetings import agenda, sheet
from meetings.models import Answer, Dispatch, InformalMeeting, Invitation, Meeting
from meetings.models.clarification import Question
from meetings.sample.border import people, post, words
from meetings.sample.border.ground import POINTE
from meetings.services import answers, holding, planning, recording, replies
from partners.models import Case, Participant
from partners.services.areas import areas_in_talks

PLACE = "Council chamber, Campbellton"


def plan(case: Case, starts_at: dt.datetime, place: str = PLACE) -> planning.Plan:
    """Two hours and a half on the seven questions, by the host's clock."""
    items = agenda.informal(
        [str(question.label) for question in Question], [str(area) for area in areas_in_talks(case)]
    )
    ends_at = starts_at + dt.timedelta(hours=2, minutes=30)
    return planning.Plan(starts_at, ends_at, "America/Moncton", place, "", items)


def meeting_of(case: Case) -> InformalMeeting:
    """The informal meeting that is planned or called now."""
    return InformalMeeting.objects.get(case=case, state__in=[Meeting.State.PLANNED, Meeting.State.CALLED])


def invited(meeting: Meeting, code: str) -> Invitation:
    """A municipality's invitation."""
    return meeting.invitations.select_related("participant__municipality", "participant__contact").get(
        participant__municipality__code=code
    )


def reply(invitation: Invitation, actor: Actor, mandate: str, word: str = "") -> None:
    """The mayor comes."""
    name = people.MAYORS[invitation.participant.municipality.code]
    replies.reply(
        invitation=invitation, answer=replies.Answer("coming", word, name, "mayor", mandate), actor=actor
    )


def open_by_link(invitation: Invitation) -> Actor:
    """Somebody without an account opens the letter and reads the paper; returns who that is."""
    row = Dispatch.objects.select_related("invitation__participant__case").get(
        invitation=invitation, document__isnull=False
    )
    actor = post.holder(invitation.participant)
    link = invitation.link
    if link is not None:
        replies.open_paper(dispatch=row, link=link, actor=actor)
    return actor


def answer_all(participant: Participant, actor: Actor) -> None:
    """Every open cell of one municipality, as one of its people would have it."""
    cells = Answer.objects.filter(participant=participant, state=Answer.State.OPEN)
    for cell in cells.select_related("area").order_by("question"):
        answers.save(participant=participant, actor=actor, replies=[_said(participant, cell)])


def _said(participant: Participant, cell: Answer) -> answers.Reply:
    code = participant.municipality.code
    choice, causes, text = words.answer(code, cell.question, cell.area.function_id if cell.area else "")
    heard: dict[str, Any] = {}
    if cell.question == Question.AUTHORITIES and choice != "unknown":
        who, days_ago, how = words.HEARD[code]
        heard = {"said_by": who, "said_on": timezone.localdate() - dt.timedelta(days=days_ago), "how": how}
    return answers.Reply(cell.pk, cell.revision, Answer.State.ANSWERED, choice, causes, text, **heard)


def hold(case: Case, notes: str) -> None:
    """Everybody invited came with a mayor; the notes hold no decision."""
    host, meeting = people.focal(), meeting_of(case)
    post.waive_what_did_not_leave(case, host)
    rows = meeting.invitations.select_related("participant__municipality")
    holding.record_attendance(
        meeting=meeting, actor=host, seats=[_seat(row) for row in rows.filter(participant__state__in=ACTIVE)]
    )
    recording.keep(meeting=meeting, position=sheet.GENERAL, words=recording.Words(notes, 0), actor=host)
    holding.hold(meeting=meeting, actor=host)


ACTIVE = Participant.ACTIVE


def _seat(row: Invitation) -> holding.Seat:
    code = row.participant.municipality.code
    return holding.Seat(row.pk, True, people.MAYORS[code], "mayor", Invitation.Mandate.LISTENING)


def participant(case: Case, code: str) -> Participant:
    """A municipality in the case."""
    found: Participant = case.participants.select_related("municipality", "contact", "case").get(
        municipality__code=code
    )
    return found


def by_link(case: Case, code: str = POINTE) -> Actor:
    """Whoever holds the personal link of a municipality."""
    return post.holder(participant(case, code))
