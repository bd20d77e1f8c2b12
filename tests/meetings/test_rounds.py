"""Which cells are asked of whom, in which round, until when; and several hands at once."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter

import pytest
from django.db import connections
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal, Stale
from meetings import board
from meetings.models import Answer, CaseRules, ClarificationRound, InformalMeeting, Invitation, Meeting
from meetings.services import answers
from partners.models import Body, Case, CaseBody, Participant
from tests import makers
from tests.meetings import scenes

PORTAL = Actor.portal()


@pytest.fixture
def scene(db: None) -> scenes.Scene:
    return scenes.make_scene()


def add_area(scene: scenes.Scene, function: str = "SAF-FIR", mode: str = "joint_production") -> object:
    return scene.case.areas.create(function_id=function, mode=mode, state="agreed")


def counts(who: Participant) -> dict[int, int]:
    return dict(Counter(Answer.objects.filter(participant=who).values_list("question", flat=True)))


def open_all(case: Case) -> None:
    for each in ClarificationRound.objects.filter(case=case):
        answers.open_if_due(clarification=each, now=each.deadline)


def second_meeting(scene: scenes.Scene, days: int = 60) -> InformalMeeting:
    start = timezone.now() + dt.timedelta(days=days)
    first = Meeting.objects.filter(case=scene.case).get()
    if first.state == Meeting.State.CALLED:
        Meeting.objects.filter(pk=first.pk).update(state=Meeting.State.HELD, held_at=timezone.now())
    return InformalMeeting.objects.create(
        case=scene.case,
        kind="informal",
        state="called",
        called_at=timezone.now(),
        host=first.host,
        starts_at=start,
        ends_at=start + dt.timedelta(hours=2),
        time_zone="Europe/Paris",
        place="Town hall",
    )


# --- which cells ------------------------------------------------------------------------------


def test_two_areas_of_one_function_are_asked_its_questions_once(scene: scenes.Scene) -> None:
    add_area(scene, scene.area.function_id, "buy_sell")
    scenes.call_informal(scene)
    assert counts(scene.birk) == {1: 1, 2: 1, 3: 1, 4: 2, 5: 1, 6: 2, 7: 2}


def test_each_authority_is_asked_about_by_area_and_the_facilitator_is_none(scene: scenes.Scene) -> None:
    ministry = makers.make_body("Ministry", "ministry")
    CaseBody.objects.create(case=scene.case, body=ministry)
    scenes.call_informal(scene)
    cells = Answer.objects.filter(participant=scene.birk, question=7)
    assert set(cells.values_list("body__kind", flat=True)) == {"region", "ministry"}


def test_without_an_authority_one_cell_asks_for_whichever(scene: scenes.Scene) -> None:
    scene.case.bodies.exclude(body__kind=Body.Kind.FACILITATOR).delete()
    scenes.call_informal(scene)
    assert Answer.objects.get(participant=scene.birk, question=7).body is None


def test_open_calls_that_fit_the_talks_are_asked_about_and_others_are_not(scene: scenes.Scene) -> None:
    fits = makers.make_call("Fits", functions=[scene.area.function_id])
    everything = makers.make_call("Every function")
    makers.make_call("Other function", functions=["SAF-FIR"])
    makers.make_call("Other country", country="CH")
    makers.make_call("Draft", published=False)
    makers.make_call("Over", deadline=dt.date(2020, 1, 1))
    Participant.objects.get(pk=scene.birk.pk).municipality.__class__.objects.update(region="27")
    makers.make_call("Other region", regions=["84"])
    scenes.call_informal(scene)
    asked = Answer.objects.filter(participant=scene.birk, question=5).values_list("call", flat=True)
    assert set(asked) == {fits.pk, everything.pk, None}


def test_who_was_selected_and_never_contacted_is_asked_nothing(scene: scenes.Scene) -> None:
    unknown = makers.make_participant(scene.case, makers.make_municipality("Unasked"), state="selected")
    scenes.call_informal(scene)
    assert counts(unknown) == {}


def test_cells_of_the_old_shape_stay_readable_and_can_be_changed(scene: scenes.Scene) -> None:
    second = add_area(scene, scene.area.function_id, "buy_sell")
    old = ClarificationRound.objects.create(case=scene.case, deadline=timezone.now() + dt.timedelta(days=9))
    for area in (scene.area, second):
        for question in range(1, 8):
            Answer.objects.create(round=old, participant=scene.birk, question=question, area=area)  # type: ignore[misc]  # an area
    before = Answer.objects.get(participant=scene.birk, question=7, area=scene.area)
    Answer.objects.filter(pk=before.pk).update(
        state="answered", choice="favour", text="The prefect", answered_at=timezone.now(), answered_by="x"
    )
    shown = board.build(scene.case, Answer.objects.all())
    assert sum(len(sheet.rows) for sheet in shown.sheets) == 14
    assert Counter(cell.word for sheet in shown.sheets for row in sheet.rows for cell in row.cells) == {
        "open": 13,
        "answered": 1,
    }
    for cell in Answer.objects.filter(participant=scene.birk, state="open"):
        answers.save(participant=scene.birk, replies=[scenes.reply_to(cell)], actor=PORTAL)
    assert not Answer.objects.filter(participant=scene.birk, state="open").exists()


# --- rounds -----------------------------------------------------------------------------------


def test_the_rules_of_the_case_set_the_time_to_answer(scene: scenes.Scene) -> None:
    CaseRules.objects.create(case=scene.case, answer_days=21)
    meeting = scenes.call_informal(scene)
    assert scene.clarification is not None
    assert scene.clarification.deadline == meeting.starts_at + dt.timedelta(days=21)


def test_a_second_meeting_on_a_new_area_has_a_round_of_its_own(scene: scenes.Scene) -> None:
    first = scenes.call_informal(scene)
    open_all(scene.case)
    area = add_area(scene)
    second = second_meeting(scene)
    further = answers.open_round(meeting=second, actor=PORTAL)
    assert (further.number, further.meeting_id) == (2, second.pk)
    assert further.deadline == second.starts_at + dt.timedelta(days=7)
    assert set(further.answers.values_list("area", flat=True)) == {area.pk}  # type: ignore[attr-defined]  # an area
    assert ClarificationRound.objects.get(number=1).meeting_id == first.pk
    assert answers.open_round(meeting=second, actor=PORTAL) == further
    assert AuditEntry.objects.filter(verb="asked the seven questions").count() == 2


def test_a_second_meeting_with_nothing_new_asks_nothing(scene: scenes.Scene) -> None:
    scenes.call_informal(scene)
    open_all(scene.case)
    makers.make_call("A call of today")
    answers.open_round(meeting=second_meeting(scene), actor=PORTAL)
    assert ClarificationRound.objects.count() == 1


def test_a_second_meeting_moves_its_own_deadline_alone(scene: scenes.Scene) -> None:
    scenes.call_informal(scene)
    assert scene.clarification is not None
    add_area(scene)
    second = second_meeting(scene)
    answers.open_round(meeting=second, actor=PORTAL)
    second.starts_at += dt.timedelta(days=5)
    second.ends_at += dt.timedelta(days=5)
    second.save()
    answers.open_round(meeting=second, actor=PORTAL)
    assert ClarificationRound.objects.get(number=1).deadline == scene.clarification.deadline
    assert ClarificationRound.objects.get(number=2).deadline == second.starts_at + dt.timedelta(days=7)


def test_a_meeting_that_takes_the_place_of_a_cancelled_one_takes_its_round(scene: scenes.Scene) -> None:
    first = scenes.call_informal(scene)
    InformalMeeting.objects.filter(pk=first.pk).update(state="cancelled", cancelled_because="Snow")
    second = second_meeting(scene)
    found = answers.open_round(meeting=second, actor=PORTAL)
    assert (found.number, found.meeting_id) == (1, second.pk)
    assert found.deadline == second.starts_at + dt.timedelta(days=7)


def test_who_joins_late_is_asked_everything_by_its_own_deadline(scene: scenes.Scene) -> None:
    scenes.call_informal(scene)
    open_all(scene.case)
    late = makers.make_participant(scene.case, makers.make_municipality("Late"))
    deadline = timezone.now() + dt.timedelta(days=12)
    found = answers.open_round_for(participant=late, deadline=deadline, actor=PORTAL)
    assert (found.number, found.deadline, found.meeting_id) == (2, deadline, None)
    assert counts(late) == dict.fromkeys(range(1, 8), 1)
    assert set(found.answers.values_list("participant", flat=True)) == {late.pk}
    assert answers.open_round_for(participant=late, deadline=deadline, actor=PORTAL) == found
    assert answers.open_due() == 0
    scenes.answer_all(scene, late)
    assert not ClarificationRound.objects.get(number=2).is_sealed


def test_a_day_that_has_passed_is_refused(scene: scenes.Scene) -> None:
    scenes.call_informal(scene)
    late = makers.make_participant(scene.case, makers.make_municipality("Late"))
    with pytest.raises(Refusal):
        answers.open_round_for(participant=late, deadline=timezone.now(), actor=PORTAL)
    with pytest.raises(Refusal):
        answers.ask_missing(case=scene.case, deadline=timezone.now(), actor=PORTAL)
    assert counts(late) == {}


def test_what_is_missing_is_asked_once(scene: scenes.Scene) -> None:
    deadline = timezone.now() + dt.timedelta(days=12)
    with pytest.raises(Refusal):
        answers.ask_missing(case=scene.case, deadline=deadline, actor=PORTAL)
    scenes.call_informal(scene)
    with pytest.raises(Refusal):
        answers.ask_missing(case=scene.case, deadline=deadline, actor=PORTAL)
    add_area(scene)
    found = answers.ask_missing(case=scene.case, deadline=deadline, actor=PORTAL)
    assert found.number == 2
    with pytest.raises(Refusal):
        answers.ask_missing(case=scene.case, deadline=deadline, actor=PORTAL)


def test_who_has_left_is_not_asked_late(scene: scenes.Scene) -> None:
    scenes.call_informal(scene)
    gone = makers.make_participant(
        scene.case, makers.make_municipality("Gone"), state="declined", reason="No", left_from="contacted"
    )
    with pytest.raises(Refusal):
        answers.open_round_for(participant=gone, deadline=timezone.now() + dt.timedelta(days=3), actor=PORTAL)


def test_a_case_goes_on_when_no_round_is_sealed_any_more(scene: scenes.Scene) -> None:
    scenes.call_informal(scene)
    Case.objects.filter(pk=scene.case.pk).update(state=Case.State.CLARIFICATION)
    late = makers.make_participant(scene.case, makers.make_municipality("Late"))
    answers.open_round_for(participant=late, deadline=timezone.now() + dt.timedelta(days=90), actor=PORTAL)
    [first] = ClarificationRound.objects.filter(number=1)
    answers.open_if_due(clarification=first, now=first.deadline)
    scene.case.refresh_from_db()
    assert scene.case.state == "clarification"
    open_all(scene.case)
    scene.case.refresh_from_db()
    assert scene.case.state == "attitude"


def test_who_answered_the_first_round_and_owes_the_second_is_clarified_by_both(scene: scenes.Scene) -> None:
    scenes.call_informal(scene)
    add_area(scene)
    answers.ask_missing(case=scene.case, deadline=timezone.now() + dt.timedelta(days=90), actor=PORTAL)
    for cell in Answer.objects.filter(participant=scene.birk, round__number=1):
        answers.save(participant=scene.birk, replies=[scenes.reply_to(cell)], actor=PORTAL)
    [first] = ClarificationRound.objects.filter(number=1)
    answers.open_if_due(clarification=first, now=first.deadline)
    assert Participant.objects.get(pk=scene.birk.pk).state == "acknowledged"
    scenes.answer_all(scene, scene.birk)
    open_all(scene.case)
    assert Participant.objects.get(pk=scene.birk.pk).state == "clarified"


def test_an_area_set_aside_keeps_no_seal_closed(scene: scenes.Scene) -> None:
    area = add_area(scene)
    scenes.call_informal(scene)
    for cell in Answer.objects.exclude(area=area):  # type: ignore[misc]  # an area
        answers.save(participant=cell.participant, replies=[scenes.reply_to(cell)], actor=PORTAL)
    assert ClarificationRound.objects.get().is_sealed
    scene.case.areas.filter(pk=area.pk).update(state="set_aside", reason="No")  # type: ignore[attr-defined]  # an area
    assert answers.open_due() == 1


def test_money_owed_keeps_the_seal_closed(scene: scenes.Scene) -> None:
    scenes.call_informal(scene)
    for cell in Answer.objects.exclude(question=5):
        answers.save(participant=cell.participant, replies=[scenes.reply_to(cell)], actor=PORTAL)
    assert ClarificationRound.objects.get().is_sealed


# --- several at once --------------------------------------------------------------------------


def at_once(*acts: object) -> list[str]:
    """Run the acts in threads that start together; what each came to."""
    barrier, results = threading.Barrier(len(acts)), []

    def run(act: object) -> None:
        try:
            barrier.wait(10)
            act()  # type: ignore[operator]  # a function
            results.append("done")
        except Stale:
            results.append("stale")
        except Refusal:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(results)


@pytest.mark.django_db(transaction=True)
def test_the_last_two_answer_at_once_and_the_seal_opens_once() -> None:
    scene = scenes.make_scene()
    scenes.call_informal(scene)
    scenes.answer_all(scene, scene.alder)
    last = {}
    for who in (scene.birk, scene.corn):
        cells = list(Answer.objects.filter(participant=who))
        replies = [scenes.reply_to(cell) for cell in cells]
        answers.save(participant=who, replies=replies[1:], actor=PORTAL)
        last[who.pk] = replies[0]
    assert at_once(
        lambda: answers.save(participant=scene.birk, replies=[last[scene.birk.pk]], actor=PORTAL),
        lambda: answers.save(participant=scene.corn, replies=[last[scene.corn.pk]], actor=PORTAL),
        answers.open_due,
    ) == ["done", "done", "done"]
    assert not Answer.objects.filter(state="open").exists()
    assert AuditEntry.objects.filter(verb="opened the sealed answers").count() == 1
    clarified = Participant.objects.filter(state="clarified").values_list("municipality__name", flat=True)
    assert set(clarified) == {"Birk", "Corn"}


@pytest.mark.django_db(transaction=True)
def test_the_host_types_for_all_while_one_answers_itself() -> None:
    scene = scenes.make_scene()
    scenes.call_informal(scene)
    cells = {who.pk: Answer.objects.get(participant=who, question=1) for who in scene.everybody}
    typed = [
        answers.Typed(who, [scenes.reply_to(cells[who.pk], choice="1", text="host")], who != scene.alder)
        for who in scene.everybody
    ]
    own = scenes.reply_to(cells[scene.birk.pk], choice="4", text="own")
    results = at_once(
        lambda: answers.type_for_all(typed=typed, actor=Actor.person(scene.focal)),
        lambda: answers.save(participant=scene.birk, replies=[own], actor=PORTAL),
    )
    assert results in (["done", "refused"], ["done", "stale"])
    texts = set(Answer.objects.filter(question=1).values_list("text", flat=True))
    # All of the host's or none: with Birk's own word the others are still open.
    assert texts in ({"host"}, {"own", ""})


@pytest.mark.django_db(transaction=True)
def test_two_ask_the_late_one_at_once_and_one_round_asks() -> None:
    scene = scenes.make_scene()
    scenes.call_informal(scene)
    late = makers.make_participant(scene.case, makers.make_municipality("Late"))
    deadline = timezone.now() + dt.timedelta(days=9)

    def ask() -> None:
        answers.open_round_for(participant=late, deadline=deadline, actor=PORTAL)

    assert at_once(ask, ask) == ["done", "done"]
    assert ClarificationRound.objects.count() == 2
    assert counts(late) == dict.fromkeys(range(1, 8), 1)


@pytest.mark.django_db(transaction=True)
def test_two_dispute_at_once_and_one_is_told() -> None:
    scene = scenes.make_scene()
    scenes.call_informal(scene)
    cell = Answer.objects.get(participant=scene.corn, question=1)
    answers.save(participant=scene.corn, replies=[scenes.reply_to(cell)], actor=PORTAL)
    open_all(scene.case)

    def dispute(by: Participant) -> None:
        answers.dispute(answer=cell, by=by, reason="No", revision=1, actor=PORTAL)

    assert at_once(lambda: dispute(scene.alder), lambda: dispute(scene.birk)) == ["done", "refused"]
    assert cell.versions.count() == 2


@pytest.mark.django_db
def test_who_is_not_invited_yet_is_not_asked_and_opens_no_seal() -> None:
    """A second meeting is called while the paper of a late partner is still being written."""
    scene = scenes.make_scene()
    scenes.call_informal(scene)
    assert scene.clarification is not None
    for who in scene.everybody:
        scenes.answer_all(scene, who)
    late = makers.make_participant(scene.case, makers.make_municipality("Late"), state="acknowledged")
    Meeting.objects.filter(case=scene.case).update(state="held", held_at=timezone.now())
    extra = scenes.Scene(**{**vars(scene), "clarification": None})
    again = scenes.call_informal(extra, starts_in=dt.timedelta(days=40))
    assert not Answer.objects.filter(participant=late).exists()
    Invitation.objects.create(meeting=again, participant=late)
    asked = answers.open_round(meeting=again, actor=Actor.portal())
    assert Answer.objects.filter(participant=late, round=asked).exists()
    answers.open_if_due(clarification=asked)
    asked.refresh_from_db()
    assert asked.is_sealed
    others = Answer.objects.visible_to_holder(late).exclude(participant=late)
    assert not others.filter(state=Answer.State.ANSWERED).exists()
