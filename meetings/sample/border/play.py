"""The script of the second case: its days, its hours, its scenes."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from meetings.sample.border import after, dating, formal, late, opening, people, post, shared, talks, words
from meetings.sample.border.clock import WEST, Calendar, standing_at
from meetings.sample.border.ground import CAMPBELLTON, ESCUMINAC, HERON_BAY, POINTE
from partners.models import Case


@dataclass(frozen=True, slots=True)
class Stage:
    """The case and the days on which it plays."""

    case: Case
    days: Calendar


def play(*, dice: random.Random, now: dt.datetime) -> Case:
    """The whole case, from the need to the confirmed hand-over; it ended a few days before `now`."""
    days = Calendar.ending(now)
    with standing_at(days.at(0, 9)):
        case = opening.open_case(opening.record_needs(dice))
        opening.choose(case)
    with standing_at(days.at(2, 14)):
        opening.call_around(case)
    stage = Stage(case, days)
    for scene in (_propose, _answer, _join_late, _share, _meet_formally, _agree, _hand_over):
        scene(stage)
    case.refresh_from_db()
    return case


def _propose(stage: Stage) -> None:
    """Three times are offered; the one that everybody can is fixed, then the proposal goes out."""
    case, days = stage.case, stage.days
    with standing_at(days.at(4, 11)):
        version = opening.draft(case)
        poll = dating.ask(case, [days.at(28, 18), days.at(31, 10), days.at(32, 14)], days.at(7, 17))
        post.tick(case)
    with standing_at(days.at(5, 9, 10, WEST)):
        dating.answer(poll, talks.participant(case, POINTE), talks.by_link(case), ("no", "yes", "if_needed"))
    with standing_at(days.at(6, 21, 30, WEST)):
        dating.answer(poll, talks.participant(case, ESCUMINAC), people.escuminac(), ("yes", "yes", "no"))
    with standing_at(days.at(7, 10)):
        dating.answer(poll, talks.participant(case, CAMPBELLTON), people.focal(), ("yes", "yes", "yes"))
        dating.fix(case, poll, days.at(31, 10))
        post.tick(case)
    with standing_at(days.at(8, 15)):
        opening.approve(version)
        post.tick(case)


def _answer(stage: Stage) -> None:
    case, days = stage.case, stage.days
    meeting = talks.meeting_of(case)
    with standing_at(days.at(9, 8, 40, WEST)):
        guest = talks.open_by_link(talks.invited(meeting, POINTE))
        talks.reply(talks.invited(meeting, POINTE), guest, "full", "Nous viendrons à deux.")
    with standing_at(days.at(10, 19, 5, WEST)):
        talks.reply(talks.invited(meeting, ESCUMINAC), people.escuminac(), "subject_to_council")
    with standing_at(days.at(14, 20, 30, WEST)):
        talks.answer_all(talks.participant(case, POINTE), talks.by_link(case))
    with standing_at(days.at(16, 9, 15, WEST)):
        talks.answer_all(talks.participant(case, ESCUMINAC), people.escuminac())
    with standing_at(days.at(30, 16)):
        talks.answer_all(talks.participant(case, CAMPBELLTON), people.focal())
    with standing_at(days.at(31, 12, 40)):
        talks.hold(case, words.FIRST_NOTES)
        post.tick(case)


def _join_late(stage: Stage) -> None:
    case, days = stage.case, stage.days
    with standing_at(days.at(35, 10)):
        late.ask_in(case)
    with standing_at(days.at(36, 9)):
        version = late.renew_proposal(case, days.day(52))
        late.plan_second_meeting(case, days.at(59, 13, 30))
    with standing_at(days.at(37, 9)):
        opening.approve(version)
        post.tick(case)
    meeting = talks.meeting_of(case)
    for code, day in ((POINTE, 38), (ESCUMINAC, 39), (HERON_BAY, 42)):
        with standing_at(days.at(day, 11, 20)):
            talks.reply(talks.invited(meeting, code), shared.voice_of(case, code), "full")
    with standing_at(days.at(44, 15)):
        talks.answer_all(talks.participant(case, HERON_BAY), people.heron_bay())
    with standing_at(days.at(59, 16, 10)):
        talks.hold(case, words.SECOND_NOTES)
        post.tick(case)


def _share(stage: Stage) -> None:
    case, days = stage.case, stage.days
    with standing_at(days.at(63, 9, 30)):
        shared.tell_expectations(case)
    with standing_at(days.at(64, 10)):
        shared.word_goal(case)
    for number, code in enumerate((CAMPBELLTON, POINTE, ESCUMINAC, HERON_BAY)):
        with standing_at(days.at(65, 11 + number)):
            shared.share_goal(case, code)
            shared.tell_at_home(case, code, days.day(65))
        with standing_at(days.at(67, 11 + number)):
            shared.state(case, code)


def _meet_formally(stage: Stage) -> None:
    case, days = stage.case, stage.days
    with standing_at(days.at(70, 9)):
        formal.convene(case, days.at(87, 10))
        post.tick(case)
    meeting = formal.meeting_of(case)
    for code, mandate in ((POINTE, "full"), (ESCUMINAC, "subject_to_council"), (HERON_BAY, "full")):
        with standing_at(days.at(72, 12)):
            talks.reply(talks.invited(meeting, code), shared.voice_of(case, code), mandate)
    with standing_at(days.at(87, 10, 5)):
        formal.sit_down(case)
        formal.write_down(case)
    with standing_at(days.at(87, 12)):
        formal.decide(case)
        _next_steps(stage)
    with standing_at(days.at(87, 12, 35)):
        formal.close(case)
        post.tick(case)


def _next_steps(stage: Stage) -> None:
    """One will be done, one overdue, one waits for another, one is still far."""
    case, days = stage.case, stage.days
    provinces = formal.step(
        case, CAMPBELLTON, "Ask both provinces what they allow across the river", days.day(112)
    )
    formal.step(case, HERON_BAY, "Count the hours of ice of all rinks, week by week", days.day(108))
    formal.step(case, POINTE, "Convenir avec l’étude de la langue du commandement", days.day(140), provinces)
    formal.step(case, ESCUMINAC, "Demander à la MRC qui paierait l’étude", days.day(150))


def _agree(stage: Stage) -> None:
    case, days = stage.case, stage.days
    with standing_at(days.at(91, 9)):
        after.send_minutes(case)
        post.tick(case)
    with standing_at(days.at(92, 14)):
        after.agree(case, HERON_BAY, people.heron_bay())
    with standing_at(days.at(93, 18, 45, WEST)):
        after.object_to(case)
    with standing_at(days.at(94, 10)):
        after.correct_minutes(case)
        post.tick(case)
    for number, code in enumerate(after.AGREEING):
        with standing_at(days.at(95, 9 + number)):
            after.agree(case, code, shared.voice_of(case, code))
    with standing_at(days.at(96, 9)):
        post.tick(case)
    with standing_at(days.at(102, 9, 0, WEST)):
        after.ratify(case, days.day(101))


def _hand_over(stage: Stage) -> None:
    """The package and the receiver's word; a step is done, another runs late."""
    case, days = stage.case, stage.days
    with standing_at(days.at(105, 10)):
        after.hand_over(case)
        receiver = after.name_receiver(case)
        post.tick(case)
    with standing_at(days.at(106, 11, 40)):
        after.confirm(receiver)
    with standing_at(days.at(107, 15)):
        note = "2,140 hours in 26 weeks on three rinks; the list is with the study. (Illustrative.)"
        after.finish_step(case, HERON_BAY, note, people.heron_bay())
    for day in (110, 113, 118):
        with standing_at(days.at(day, 7)):
            post.tick(case)
