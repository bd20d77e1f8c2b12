"""The seven questions: cells, their rules, the seal, and two people at once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal, Stale
from meetings.models import Answer, ClarificationRound, Invitation, Meeting
from meetings.services import answers
from partners.models import Case, Participant
from partners.services import cases
from tests import makers
from tests.meetings import scenes

SECRET = "Our treasurer left and nobody may know"


@pytest.fixture
def scene(db: None) -> scenes.Scene:
    made = scenes.make_scene()
    scenes.call_informal(made)
    return made


def cell(participant: Participant, question: int = 1) -> Answer:
    return Answer.objects.get(participant=participant, question=question)


def say(participant: Participant, question: int = 1, actor: Actor | None = None, **changes: object) -> Answer:
    by_host = bool(changes.pop("by_host", False))
    reply = scenes.reply_to(cell(participant, question), **changes)
    who = actor or Actor(key="link:x", name="Mayor of somewhere")
    return answers.save(participant=participant, replies=[reply], actor=who, by_host=by_host)[0]


def test_open_round_asks_everybody_active_seven_questions_per_agreed_area(scene: scenes.Scene) -> None:
    assert scene.clarification is not None
    assert scene.clarification.answers.count() == 3 * 7
    assert scene.clarification.meeting == Meeting.objects.get()
    meeting = Meeting.objects.get()
    assert scene.clarification.deadline == meeting.starts_at + dt.timedelta(days=7)


def test_open_round_again_adds_only_what_came_later(scene: scenes.Scene) -> None:
    say(scene.birk)
    late = makers.make_participant(scene.case, makers.make_municipality("Late"))
    scene.case.areas.create(function_id="SAF-FIR", mode="joint_production", state="agreed")
    Invitation.objects.create(meeting=Meeting.objects.get(), participant=late)
    again = answers.open_round(meeting=Meeting.objects.get(), actor=Actor.portal())
    assert again == scene.clarification
    # Two functions with three questions each, two areas with three, and money once.
    assert again.answers.count() == 4 * (2 * 3 + 2 * 3 + 1)
    assert again.answers.filter(participant=late).count() == 13
    assert Answer.objects.filter(participant=scene.birk, state="answered").count() == 1
    assert AuditEntry.objects.filter(verb="asked the seven questions").count() == 1


def test_open_round_leaves_out_who_has_left_and_areas_set_aside(db: None) -> None:
    scene = scenes.make_scene()
    Participant.objects.filter(pk=scene.corn.pk).update(state="declined", reason="No time")
    scene.case.areas.create(function_id="SAF-FIR", mode="joint_production")
    scenes.call_informal(scene)
    assert scene.clarification is not None
    assert set(scene.clarification.answers.values_list("participant", flat=True)) == {
        scene.alder.pk,
        scene.birk.pk,
    }
    assert set(scene.clarification.answers.values_list("area", flat=True)) == {scene.area.pk, None}


def test_deadline_follows_the_meeting_while_sealed(scene: scenes.Scene) -> None:
    meeting = Meeting.objects.get()
    meeting.starts_at += dt.timedelta(days=3)
    meeting.ends_at += dt.timedelta(days=3)
    meeting.save()
    again = answers.open_round(meeting=meeting, actor=Actor.portal())
    assert again.deadline == meeting.starts_at + dt.timedelta(days=7)


@pytest.mark.parametrize("question", range(1, 8))
def test_a_complete_answer_is_kept(scene: scenes.Scene, question: int) -> None:
    saved = say(scene.birk, question)
    saved.refresh_from_db()
    assert saved.state == "answered"
    assert saved.revision == 1
    assert saved.answered_by == "Mayor of somewhere"
    assert saved.answered_at is not None


@pytest.mark.parametrize(
    ("question", "changes"),
    [
        (1, {"choice": ""}),
        (1, {"choice": "5"}),
        (2, {"choice": "perhaps"}),
        (3, {"causes": []}),
        (3, {"causes": ["bad_luck"]}),
        (4, {"choice": "conditions"}),
        (5, {"text": " "}),
        (6, {"choice": "yes"}),
        (7, {"choice": "favour"}),
        (1, {"state": "deferred", "due": dt.date(2030, 1, 7)}),
        (1, {"state": "deferred", "owner": "Clerk"}),
        (4, {"state": "disputed", "choice": ""}),
    ],
)
def test_an_incomplete_answer_is_refused(
    scene: scenes.Scene, question: int, changes: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        say(scene.birk, question, None, **changes)
    assert cell(scene.birk, question).state == "open"
    assert cell(scene.birk, question).revision == 0


def test_a_deferred_cell_names_who_and_when(scene: scenes.Scene) -> None:
    saved = say(scene.birk, 1, state="deferred", choice="", owner="Clerk of Birk", due=dt.date(2030, 1, 7))
    saved.refresh_from_db()
    assert (saved.state, saved.owner, saved.due) == ("deferred", "Clerk of Birk", dt.date(2030, 1, 7))
    assert saved.answered_at is None


def test_an_older_revision_is_stale_and_changes_nothing(scene: scenes.Scene) -> None:
    old = scenes.reply_to(cell(scene.birk), choice="1")
    say(scene.birk, choice="4")
    with pytest.raises(Stale):
        answers.save(participant=scene.birk, replies=[old], actor=Actor.portal())
    assert cell(scene.birk).choice == "4"


def test_one_screen_is_saved_whole_or_not_at_all(scene: scenes.Scene) -> None:
    scene.case.areas.create(function_id="SAF-FIR", mode="joint_production", state="agreed")
    answers.open_round(meeting=Meeting.objects.get(), actor=Actor.portal())
    first, second = Answer.objects.filter(participant=scene.birk, question=1)
    replies = [scenes.reply_to(first), scenes.reply_to(second, choice="9")]
    with pytest.raises(ValidationError):
        answers.save(participant=scene.birk, replies=replies, actor=Actor.portal())
    assert not Answer.objects.filter(participant=scene.birk).exclude(state="open").exists()


def test_a_cell_of_another_municipality_is_refused(scene: scenes.Scene) -> None:
    with pytest.raises(Refusal):
        answers.save(
            participant=scene.birk, replies=[scenes.reply_to(cell(scene.corn))], actor=Actor.portal()
        )
    assert cell(scene.corn).state == "open"


def test_who_has_left_cannot_answer(scene: scenes.Scene) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(state="withdrawn", reason="Elections")
    with pytest.raises(Refusal):
        say(scene.birk)


@pytest.mark.parametrize("state", ["parked", "closed", "handed_over"])
def test_a_case_that_is_over_takes_no_answers(scene: scenes.Scene, state: str) -> None:
    came_from = "clarification" if state == "parked" else ""
    Case.objects.filter(pk=scene.case.pk).update(state=state, parked_from=came_from)
    with pytest.raises(Refusal):
        say(scene.birk)
    assert scene.clarification is not None
    answers.open_due(now=scene.clarification.deadline)
    assert ClarificationRound.objects.get().is_sealed


def test_the_host_types_for_a_participant_and_is_named(scene: scenes.Scene) -> None:
    saved = say(scene.corn, actor=Actor.person(scene.focal), by_host=True)
    assert saved.answered_by == "Anna Alder, for Corn"


def test_the_host_cannot_touch_a_sealed_answer(scene: scenes.Scene) -> None:
    say(scene.corn, choice="4")
    with pytest.raises(Refusal):
        say(scene.corn, actor=Actor.person(scene.focal), by_host=True, choice="0")
    assert cell(scene.corn).choice == "4"


# --- the seal -------------------------------------------------------------------------


def test_the_seal_holds_until_the_last_invited_has_answered(scene: scenes.Scene) -> None:
    scenes.answer_all(scene, scene.alder)
    scenes.answer_all(scene, scene.birk)
    assert ClarificationRound.objects.get().is_sealed
    scenes.answer_all(scene, scene.corn)
    clarification = ClarificationRound.objects.get()
    assert not clarification.is_sealed
    assert clarification.opened_because == "Everybody who was asked has answered."
    assert AuditEntry.objects.filter(verb="opened the sealed answers").count() == 1


def test_a_deferred_cell_does_not_keep_the_seal_closed(scene: scenes.Scene) -> None:
    scenes.answer_all(scene, scene.alder)
    scenes.answer_all(scene, scene.corn)
    say(scene.birk, 7, state="deferred", choice="", owner="Clerk", due=dt.date(2030, 1, 7))
    scenes.answer_all(scene, scene.birk)
    assert not ClarificationRound.objects.get().is_sealed


def test_who_is_not_invited_does_not_keep_the_seal_closed(scene: scenes.Scene) -> None:
    makers.make_participant(scene.case, makers.make_municipality("Uninvited"))
    answers.open_round(meeting=Meeting.objects.get(), actor=Actor.portal())
    for participant in scene.everybody:
        scenes.answer_all(scene, participant)
    assert not ClarificationRound.objects.get().is_sealed


def test_who_declines_does_not_keep_the_seal_closed(scene: scenes.Scene) -> None:
    scenes.answer_all(scene, scene.alder)
    scenes.answer_all(scene, scene.birk)
    Participant.objects.filter(pk=scene.corn.pk).update(state="declined", reason="No")
    assert answers.open_due() == 1


def test_the_deadline_opens_the_seal_once(scene: scenes.Scene) -> None:
    assert scene.clarification is not None
    before = scene.clarification.deadline - dt.timedelta(seconds=1)
    assert answers.open_due(now=before) == 0
    assert answers.open_due(now=scene.clarification.deadline) == 1
    assert answers.open_due(now=scene.clarification.deadline) == 0
    assert ClarificationRound.objects.get().opened_because == "The deadline has passed."


def test_when_the_seal_opens_who_answered_is_clarified_and_who_did_not_is_not(scene: scenes.Scene) -> None:
    scenes.answer_all(scene, scene.birk)
    assert scene.clarification is not None
    answers.open_due(now=scene.clarification.deadline)
    states = dict(scene.case.participants.values_list("municipality__name", "state"))
    assert states == {"Alder": "initiator", "Birk": "clarified", "Corn": "acknowledged"}


def test_opening_moves_a_case_whose_meeting_was_held_and_no_other(scene: scenes.Scene) -> None:
    assert scene.clarification is not None
    answers.open_due(now=scene.clarification.deadline)
    scene.case.refresh_from_db()
    assert scene.case.state == "informal_meeting"
    cases.advance(case=scene.case, to=Case.State.CLARIFICATION, actor=Actor.portal())
    answers.open_due(now=timezone.now())
    scene.case.refresh_from_db()
    assert scene.case.state == "attitude"


@pytest.mark.parametrize(
    ("person", "sealed", "opened"),
    [
        ("focal", {"Alder"}, {"Alder", "Birk", "Corn"}),
        ("lead", {"Alder"}, {"Alder", "Birk", "Corn"}),
        ("reader", {"Alder"}, {"Alder", "Birk", "Corn"}),
        ("guest", {"Birk"}, {"Alder", "Birk", "Corn"}),
        ("facilitator", set(), {"Alder", "Birk", "Corn"}),
        ("observer", set(), set()),
        ("stranger", set(), set()),
    ],
)
def test_visible_to_keeps_the_seal(
    scene: scenes.Scene, person: str, sealed: set[str], opened: set[str]
) -> None:
    user = getattr(scene, person)

    def seen() -> set[str]:
        names = Answer.objects.visible_to(user).values_list("participant__municipality__name", flat=True)
        return set(names)

    assert seen() == sealed
    assert scene.clarification is not None
    answers.open_due(now=scene.clarification.deadline)
    assert seen() == opened


def test_a_holder_sees_its_own_and_after_opening_those_of_its_case_alone(scene: scenes.Scene) -> None:
    other = scenes.make_scene()
    scenes.call_informal(other)
    own = Answer.objects.visible_to_holder(scene.birk)
    assert set(own.values_list("participant", flat=True)) == {scene.birk.pk}
    for clarification in ClarificationRound.objects.all():
        answers.open_if_due(clarification=clarification, now=clarification.deadline)
    opened = Answer.objects.visible_to_holder(scene.birk)
    assert set(opened.values_list("participant__case", flat=True)) == {scene.case.pk}
    assert opened.count() == 21


def test_the_trail_holds_no_answer(scene: scenes.Scene) -> None:
    say(scene.birk, 4, choice="conditions", text=SECRET)
    say(scene.birk, 1, state="deferred", choice="", owner=SECRET, due=dt.date(2030, 1, 7))
    for entry in AuditEntry.objects.all():
        words = f"{entry.verb} {entry.target_text} {entry.before} {entry.after} {entry.reason}"
        assert SECRET not in words
        assert "conditions" not in words
        assert "deferred" not in words


# --- two at once ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_people_on_one_cell_one_wins_and_the_other_learns_it() -> None:
    scene = scenes.make_scene()
    scenes.call_informal(scene)
    target = cell(scene.birk)
    barrier, results = threading.Barrier(2), []

    def write(choice: str) -> None:
        try:
            barrier.wait(10)
            answers.save(
                participant=scene.birk,
                replies=[scenes.reply_to(target, choice=choice)],
                actor=Actor(key="link:x", name=choice),
            )
            results.append(choice)
        except Stale:
            results.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(choice,)) for choice in ("1", "4")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results)[-1] == "stale"
    winner = next(result for result in results if result != "stale")
    assert (cell(scene.birk).choice, cell(scene.birk).revision) == (winner, 1)
