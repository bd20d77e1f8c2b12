"""The talks of the demo case: papers, answers, attitudes, outcomes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from typing import Any

from django.utils import timezone

from imc_portal.core import links, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings import agenda
from meetings.models import (
    Answer,
    Dispatch,
    ExplorationDecision,
    FormalMeeting,
    InformalMeeting,
    Invitation,
    Meeting,
    NextStep,
    Objective,
    SelectedArea,
)
from meetings.models.clarification import Question
from meetings.sample.people import person
from meetings.services import (
    answers,
    attitudes,
    dispatch,
    handover,
    holding,
    outcomes,
    papers,
    planning,
    recording,
    replies,
)
from partners.models import Case, Participant
from partners.services.areas import areas_in_talks, record_stance
from proposals.documents import press
from proposals.models import Document

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
#: How far back the story begins, by the stage it is told to.
PAST = {
    "informal": dt.timedelta(days=3),
    "formal": dt.timedelta(days=45),
    "handed_over": dt.timedelta(days=80),
    "complete": dt.timedelta(days=80),
}
LEAD = dt.timedelta(days=22)
MAYORS = {
    "39368": "Claire Exemple (fictitious)",
    "39367": "Paul Modèle (fictitious)",
    "39470": "Jeanne Modèle (fictitious)",
    "39297": "Denis Modèle (fictitious)",
}


def plan_informal(case: Case, now: dt.datetime, actor: Actor) -> None:
    """A Thursday morning some four weeks ahead, in good time for the papers."""
    areas = [str(area) for area in areas_in_talks(case)]
    items = agenda.informal([str(question.label) for question in Question], areas)
    planning.plan_meeting(
        case=case, plan=_plan(now + LEAD, "Salle des fêtes, Hauts de Bienne", items), actor=actor, now=now
    )


def send_papers(case: Case, now: dt.datetime) -> None:
    """Print and queue what the clock would; mail really leaves when a mail server answers."""
    for document in Document.objects.filter(version__proposal__case=case):
        press.render(document.pk)
    _tick(now)
    for email in OutgoingEmail.objects.filter(context=case.context):
        _deliver(email, now)
    dispatch.mark_sent()


def _tick(now: dt.datetime) -> None:
    """The clock goes on until the agendas are printed and what waited for them is queued."""
    dispatch.dispatch_due(now=now)
    papers.render_due()
    dispatch.dispatch_due(now=now)


def _deliver(email: OutgoingEmail, then: dt.datetime) -> None:
    """Send now; what the story tells of the past bears the time of the story."""
    if outbox.deliver(email.pk) == OutgoingEmail.State.SENT and then < timezone.now() - dt.timedelta(days=1):
        OutgoingEmail.objects.filter(pk=email.pk).update(sent_at=then)


def first_replies(case: Case, now: dt.datetime) -> None:
    """Morbier comes and has answered the questions; Les Rousses has opened its paper."""
    meeting = case.meetings.get(kind=Meeting.Kind.INFORMAL)
    morbier = _invited(meeting, "39367")
    mayor = Actor.person(person("mayor@morbier.example"))
    replies.reply(
        invitation=morbier,
        answer=replies.Answer(
            "coming", "We look forward to it.", MAYORS["39367"], "mayor", "subject_to_council"
        ),
        actor=mayor,
        now=now + dt.timedelta(hours=20),
    )
    _answer_everything(morbier.participant, mayor, now + dt.timedelta(hours=21))
    rousses = Dispatch.objects.get(invitation=_invited(meeting, "39470"))
    link = links.issue(
        purpose="participant",
        subject=rousses.invitation.participant_id,
        holder=str(rousses.invitation.participant.contact),
        language="fr",
    )
    replies.open_paper(dispatch=rousses, link=link, actor=Actor.holder(link), now=now + dt.timedelta(hours=5))


def clarify_and_hold(case: Case, now: dt.datetime) -> None:
    """Everybody has answered; the meeting is held; each states its attitude."""
    meeting = InformalMeeting.objects.get(case=case)
    host = Actor.person(person("focal@hauts-de-bienne.example"))
    for participant in case.participants.filter(state__in=Participant.ACTIVE):
        _answer_everything(participant, host, now + dt.timedelta(days=9))
    _waive_what_did_not_leave(meeting, host)
    _seat(meeting, host)
    said = (
        "All four clear the same pass road at different hours. Les Rousses asks for a key by "
        "kilometres; Longchaumois for a depot on its side. Nobody spoke against talking on."
    )
    recording.keep(meeting=meeting, position=0, words=recording.Words(said, 0), actor=host)
    holding.hold(meeting=meeting, actor=host, now=meeting.ends_at)
    _attitudes(case, host)
    _stance(case, host)


def _answer_everything(participant: Participant, actor: Actor, now: dt.datetime) -> None:
    """Every open cell of one municipality, as one of its people would have it."""
    texts = SAID[participant.municipality.code]
    for cell in Answer.objects.filter(participant=participant, state=Answer.State.OPEN):
        choice, causes, text = ("maybe", (), "") if cell.call_id else texts[cell.question]
        heard = HEARD if cell.question == Question.AUTHORITIES and choice != "unknown" else {}
        said = answers.Reply(cell.pk, cell.revision, "answered", choice, causes, text)
        answers.save(
            participant=participant,
            actor=actor,
            replies=[dataclasses.replace(said, **heard)],
            by_host=actor.user is not None
            and not actor.user.memberships.filter(municipality=participant.municipality).exists(),
            now=now,
        )


#: From whom, when and how Morbier has heard what an authority thinks.
HEARD: dict[str, Any] = {
    "said_by": "The sub-prefect (illustrative)",
    "said_on": dt.date(2026, 10, 8),
    "how": "at the meeting of mayors",
}
#: By municipality and question: choice, causes, words.
SAID: dict[str, dict[int, tuple[str, tuple[str, ...], str]]] = {
    "39368": {
        1: ("3", (), "Two ploughs too old, no drivers for the night."),
        2: ("partly", (), "No night round since last winter."),
        3: ("", ("too_small", "no_staff"), ""),
        4: ("yes", (), ""),
        5: ("", (), "The department’s fund for shared machines, if three of us apply."),
        6: ("seriously", (), ""),
        7: ("unknown", (), "Nobody has asked the department yet."),
    },
    "39367": {
        1: ("3", (), "The same: drivers leave for the ski lifts."),
        2: ("no", (), ""),
        3: ("", ("no_staff",), ""),
        4: ("conditions", (), "If our own priorities stay written down."),
        5: ("", (), "We know of none."),
        6: ("seriously", (), ""),
        7: ("favour", (), "Go ahead, as long as the passes stay open. (Illustrative.)"),
    },
    "39470": {
        1: ("2", (), "Costs rise, service still good."),
        2: ("no", (), ""),
        3: ("", ("no_money", "outdated"), ""),
        4: ("conditions", (), "A key by kilometres or by hours of work."),
        5: ("", (), "The region funds low-emission machines."),
        6: ("seriously", (), ""),
        7: ("unknown", (), ""),
    },
    "39297": {
        1: ("2", (), "One plough, one driver, no replacement."),
        2: ("yes", (), "No winter service on Sundays."),
        3: ("", ("too_small", "no_staff"), ""),
        4: ("unknown", (), "The council has not spoken about it."),
        5: ("", (), "We know of none."),
        6: ("maybe", (), ""),
        7: ("unknown", (), ""),
    },
}


def _waive_what_did_not_leave(meeting: Meeting, host: Actor) -> None:
    """Without a mail server nothing has left: then the recipients took their papers by hand."""
    for row in Dispatch.objects.filter(invitation__meeting=meeting, waived_at=None).select_related("email"):
        if row.is_late:
            replies.waive(
                dispatch=row,
                by=MAYORS[row.invitation.participant.municipality.code],
                how="by telephone",
                actor=host,
            )


def _seat(meeting: Meeting, actor: Actor) -> None:
    rows = meeting.invitations.select_related("participant__municipality")
    holding.record_attendance(
        meeting=meeting,
        actor=actor,
        seats=[
            holding.Seat(row.pk, True, MAYORS[row.participant.municipality.code], "mayor", _mandate(row))
            for row in rows
        ],
    )


def _mandate(row: Invitation) -> str:
    """Morbier's mayor acts subject to the council."""
    subject = row.participant.municipality.code == "39367"
    return Invitation.Mandate.SUBJECT_TO_COUNCIL if subject else Invitation.Mandate.FULL


def _attitudes(case: Case, host: Actor) -> None:
    areas = areas_in_talks(case)
    said = {"39368": "positive", "39367": "conditional", "39470": "conditional", "39297": "undecided"}
    conditions = {
        "39367": "Our own order of clearing stays written down.",
        "39470": "The cost is shared by kilometres or by hours of work, not by inhabitants.",
    }
    for participant in case.participants.filter(state__in=Participant.ACTIVE).select_related("municipality"):
        code = participant.municipality.code
        attitudes.state_attitude(
            participant=participant,
            value=said[code],
            conditions=conditions.get(code, ""),
            stated_by=MAYORS[code],
            areas=areas if said[code] != "undecided" else [],
            actor=host,
        )


def _stance(case: Case, host: Actor) -> None:
    [area] = areas_in_talks(case)
    region = case.bodies.get(body__kind="region").body
    record_stance(
        area=area,
        body=region,
        stance="favour",
        said_by="Hugo Essai (fictitious)",
        said_on=timezone.localdate(),
        how="in a call with the focal point (illustrative)",
        actor=host,
    )


def convene(case: Case, now: dt.datetime) -> None:
    """Mayors and deputies, some four weeks ahead."""
    case.refresh_from_db()
    items = agenda.formal([str(area) for area in areas_in_talks(case)])
    lead = Actor.person(person("mayor@hauts-de-bienne.example"))
    plan = _plan(now + LEAD, "Mairie, Hauts de Bienne", items)
    planning.convene_formal(case=case, plan=plan, actor=lead, now=now)
    _tick(now)


def decide(case: Case) -> None:
    """Objectives, the area, each municipality's decision to explore, next steps; the record is closed."""
    meeting = FormalMeeting.objects.get(case=case)
    host = Actor.person(person("focal@hauts-de-bienne.example"))
    _seat(meeting, host)
    _waive_what_did_not_leave(meeting, host)
    objective = outcomes.add_objective(
        objective=Objective(
            meeting=meeting,
            text="Every main road of the plateau open by 6:30 on a snow day, at no higher cost",
            indicator="share of snow days with main roads open by 6:30",
            baseline="71 %",
            target="90 %",
            horizon=2029,
        ),
        actor=host,
    )
    [area] = areas_in_talks(case)
    selected = outcomes.select_area(
        meeting=meeting, area=area, objective=objective, why="All four name the same problem.", actor=host
    )
    _vote(meeting, selected, host)
    _steps(case, meeting, host)
    meeting.refresh_from_db()
    outcomes.close_record(meeting=meeting, actor=host, now=meeting.ends_at)


def _vote(meeting: FormalMeeting, selected: SelectedArea, host: Actor) -> None:
    votes = {
        "39368": (ExplorationDecision.Vote.YES, "", ""),
        "39367": (ExplorationDecision.Vote.YES, "", ""),
        "39470": (
            ExplorationDecision.Vote.YES_IF,
            "the study compares a key by kilometres with one by inhabitants",
            "",
        ),
        "39297": (ExplorationDecision.Vote.ABSTAIN, "", "Wants the council to speak first."),
    }
    meeting.refresh_from_db()
    outcomes.decide(
        meeting=meeting,
        revision=meeting.revision,
        actor=host,
        voices=[
            outcomes.Voice(selected.pk, row.participant_id, *votes[row.participant.municipality.code])
            for row in meeting.invitations.select_related("participant__municipality")
        ],
    )


def _steps(case: Case, meeting: FormalMeeting, host: Actor) -> None:
    owners = {one.municipality.code: one for one in case.participants.select_related("municipality")}
    today = timezone.localdate()
    for code, action, days in (
        ("39368", "Ask the department whether it supports a shared winter service", 21),
        ("39367", "Bring the decision before the council", 35),
        ("39470", "Collect kilometres and hours of work of all four for the study", 49),
    ):
        outcomes.add_step(
            step=NextStep(
                meeting=meeting,
                action=action,
                owner=owners[code],
                owner_name=MAYORS[code],
                due=today + dt.timedelta(days=days),
            ),
            actor=host,
        )


def hand_over(case: Case) -> None:
    """The package for the legal check and the feasibility study."""
    case.refresh_from_db()
    handover.hand_over(
        case=case,
        actor=Actor.person(person("mayor@hauts-de-bienne.example")),
        override="The lawyer begins on Monday; the minutes follow as soon as all have agreed to them.",
    )


def _invited(meeting: Meeting, code: str) -> Invitation:
    return meeting.invitations.select_related("participant__municipality", "participant__contact").get(
        participant__municipality__code=code
    )


def _plan(around: dt.datetime, place: str, items: list[agenda.Item]) -> planning.Plan:
    """The Thursday of that week, ten o'clock in Paris."""
    day = around.astimezone(PARIS).date()
    day += dt.timedelta(days=(3 - day.weekday()) % 7)
    start = dt.datetime.combine(day, dt.time(10), PARIS)
    return planning.Plan(start, start + dt.timedelta(hours=2, minutes=30), "Europe/Paris", place, "", items)
