"""What delegations say to minutes, and how minutes end: agreed at once, or closed by the clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings.models import FormalMeeting, MeetingPaper, Minutes, MinutesVoice, Ratification
from meetings.services import minutes as drafting
from meetings.services import minutes_letters
from meetings.services import minutes_voices as services
from partners.models import Case, Participant
from partners.services import participants
from tests.meetings import afterwards, scenes
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(days=60)


@pytest.fixture
def scene() -> Scene:
    return scenes.make_scene(state=Case.State.FORMAL_CONVENED)


@pytest.fixture
def meeting(scene: Scene) -> FormalMeeting:
    return afterwards.hold(scene)


@pytest.fixture
def sent(scene: Scene, meeting: FormalMeeting) -> Minutes:
    minutes = afterwards.send(scene, meeting)
    afterwards.post()
    afterwards.deliver()
    return minutes


def say(minutes: Minutes, party: Participant, voice: str = "agrees", **more: object) -> MinutesVoice:
    values: dict[str, object] = {"name": f"Mayor of {party}", "actor": afterwards.by_link(party)} | more
    return services.say(minutes=minutes, participant=party, voice=voice, **values)  # type: ignore[arg-type]  # by name


def ending(minutes: Minutes) -> dict[str, Any]:
    found = fresh(minutes).ending
    assert found is not None
    return dict(found)


def fresh(minutes: Minutes) -> Minutes:
    return Minutes.objects.get(pk=minutes.pk)


# --- words -----------------------------------------------------------------------------------


def test_when_the_last_one_agrees_the_minutes_are_agreed_at_once(scene: Scene, sent: Minutes) -> None:
    say(sent, scene.alder)
    say(sent, scene.birk)
    assert fresh(sent).state == Minutes.State.SENT
    say(sent, scene.corn, how="by telephone", actor=Actor.person(scene.focal))
    ended = fresh(sent)
    scene.case.refresh_from_db()
    assert (ended.state, scene.case.state) == ("agreed", "minutes_agreed")
    assert [one["said"] for one in ending(sent)["voices"]] == ["agrees"] * 3
    assert ending(sent)["voices"][2]["how"] == "by telephone"
    assert MeetingPaper.objects.filter(kind="final", edition=1).count() == 1
    assert not Ratification.objects.exists()
    with pytest.raises(Refusal, match="not open"):
        say(sent, scene.birk, "objects", text="Too late")


def test_the_later_word_counts_and_none_is_lost(scene: Scene, sent: Minutes) -> None:
    say(sent, scene.birk, "objects", text="Item 1 is wrong.")
    say(sent, scene.birk, "objects", text="Item 1 is wrong.")
    assert sent.voices.count() == 1
    assert services.objecting(fresh(sent)) == [scene.birk]
    say(sent, scene.birk, "agrees")
    assert sent.voices.count() == 2
    assert services.objecting(fresh(sent)) == []


def test_an_objection_has_words_and_a_name(scene: Scene, sent: Minutes) -> None:
    for bad in ({"text": ""}, {"text": "x", "name": " "}):
        with pytest.raises(ValidationError):
            say(sent, scene.birk, "objects", **bad)
    assert not sent.voices.exists()


def test_an_objection_may_stand_with_the_answer_of_the_host(scene: Scene, sent: Minutes) -> None:
    voice = say(sent, scene.birk, "objects", text="It was not said.")
    agreed = say(sent, scene.corn)
    host = Actor.person(scene.focal)
    with pytest.raises(Refusal, match="Only an objection"):
        services.let_stand(voice=agreed, answer="x", actor=host)
    with pytest.raises(Refusal, match="Say why"):
        services.let_stand(voice=voice, answer=" ", actor=host)
    services.let_stand(voice=voice, answer="Two others heard it.", actor=host)
    minutes_letters.run(now=timezone.now() + LATER)
    said = ending(sent)["voices"]
    assert [(one["name"], one["said"]) for one in said] == [
        ("Alder", "silent"),
        ("Birk", "objects"),
        ("Corn", "agrees"),
    ]
    assert said[1]["answer"] == "Two others heard it."


# --- the clock -------------------------------------------------------------------------------


def test_the_clock_closes_when_the_time_is_over_and_not_before(scene: Scene, sent: Minutes) -> None:
    say(sent, scene.birk, "objects", text="Item 1 is wrong.")
    until = fresh(sent).objections_until
    assert until is not None
    assert minutes_letters.run(now=until).closed == 0
    with pytest.raises(Refusal, match="is over"):
        say(sent, scene.corn, now=until + dt.timedelta(minutes=1))
    assert minutes_letters.run(now=until + dt.timedelta(minutes=1)).closed == 1
    assert minutes_letters.run(now=until + dt.timedelta(minutes=2)).closed == 0
    scene.case.refresh_from_db()
    assert (fresh(sent).state, scene.case.state) == ("closed", "minutes_agreed")


def test_silence_is_not_counted_before_the_letter_has_left(scene: Scene, meeting: FormalMeeting) -> None:
    sent = afterwards.send(scene, meeting)
    afterwards.post()
    others = OutgoingEmail.objects.exclude(key__endswith=str(scene.birk.pk))
    others.update(state="sent", sent_at=timezone.now())
    late = timezone.now() + LATER
    assert minutes_letters.run(now=late).closed == 0
    assert services.unwritten(fresh(sent)) == [scene.birk]
    say(sent, scene.birk, how="on paper", now=late)  # who was not written to may still speak
    assert minutes_letters.run(now=late).closed == 1


def test_a_lead_closes_all_the_same_with_a_reason(scene: Scene, meeting: FormalMeeting) -> None:
    sent = afterwards.send(scene, meeting)
    lead, late = Actor.person(scene.lead), timezone.now() + LATER
    with pytest.raises(Refusal, match="not over"):
        services.close_all_the_same(minutes=sent, because="No address.", actor=lead)
    with pytest.raises(Refusal, match="Say why"):
        services.close_all_the_same(minutes=sent, because=" ", actor=lead, now=late)
    services.close_all_the_same(minutes=sent, because="Birk has no address.", actor=lead, now=late)
    assert ending(sent)["because"] == "Birk has no address."


def test_who_left_is_not_waited_for_and_named_as_gone(scene: Scene, sent: Minutes) -> None:
    say(sent, scene.alder)
    say(sent, scene.birk)
    participants.leave(participant=scene.corn, state="withdrawn", reason="No money", actor=Actor.portal())
    minutes_letters.run(now=timezone.now() + LATER)
    ended = fresh(sent)
    assert ended.state == "agreed"
    assert [one["said"] for one in ending(sent)["voices"]] == ["agrees", "agrees", "left"]


def test_the_final_copy_goes_to_all_once(scene: Scene, meeting: FormalMeeting, sent: Minutes) -> None:
    meeting.invitations.filter(participant=scene.corn).update(present=False)  # absent ones get it too
    say(sent, scene.birk, "objects", text="Item 1 is wrong.")
    late = timezone.now() + LATER
    minutes_letters.run(now=late)
    assert fresh(sent).posted_at is None
    assert afterwards.post(late).letters == 3
    assert afterwards.post(late).letters == 0
    mail = OutgoingEmail.objects.get(key=f"minutes:{sent.pk}/final/to:{scene.corn.pk}")
    assert "Item 1 is wrong." in mail.text
    assert "These delegations have said nothing: Alder, Corn" in mail.text
    assert mail.attachments.get().sha256 == meeting.papers.get(kind="final").sha256
    assert fresh(sent).posted_at == late


# --- at once -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_last_two_delegations_at_the_same_moment_end_the_minutes_once() -> None:
    scene = scenes.make_scene(state=Case.State.FORMAL_CONVENED)
    sent = afterwards.send(scene, afterwards.hold(scene, subject=(scene.birk,)))
    say(sent, scene.alder)
    faults = afterwards.at_once(lambda: say(sent, scene.birk), lambda: say(sent, scene.corn))
    assert faults == []
    scene.case.refresh_from_db()
    assert (fresh(sent).state, scene.case.state) == ("agreed", "ratification")
    assert AuditEntry.objects.filter(verb="agreed to the minutes").count() == 1
    assert AuditEntry.objects.filter(verb="moved the case").count() == 2
    assert Ratification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_and_a_late_word_close_once_and_write_each_letter_once() -> None:
    scene = scenes.make_scene(state=Case.State.FORMAL_CONVENED)
    sent = afterwards.send(scene, afterwards.hold(scene))
    afterwards.post()
    afterwards.deliver()
    late = timezone.now() + LATER
    afterwards.at_once(
        lambda: minutes_letters.run(now=late),
        lambda: minutes_letters.run(now=late),
        lambda: drafting.renew(minutes=sent, actor=Actor.person(scene.focal)),
    )
    ended = fresh(sent)
    assert ended.state in ("closed", "replaced")
    assert AuditEntry.objects.filter(verb="closed the minutes").count() == (ended.state == "closed")
    assert Minutes.objects.count() == 1 + (ended.state == "replaced")
    afterwards.print_all()
    afterwards.at_once(*[lambda: minutes_letters.run(now=late)] * 2)
    finals = OutgoingEmail.objects.filter(key__contains="/final/")
    assert finals.count() == (3 if ended.state == "closed" else 0)


@pytest.mark.django_db(transaction=True)
def test_two_hosts_begin_send_and_renew_at_once() -> None:
    scene = scenes.make_scene(state=Case.State.FORMAL_CONVENED)
    meeting = afterwards.hold(scene)
    host = Actor.person(scene.focal)
    assert afterwards.at_once(*[lambda: drafting.begin(meeting=meeting, actor=host)] * 2) == []
    minutes = Minutes.objects.get()
    faults = afterwards.at_once(*[lambda: drafting.send(minutes=minutes, revision=0, actor=host)] * 2)
    assert [type(fault) for fault in faults] == [Refusal]
    assert afterwards.at_once(*[lambda: drafting.renew(minutes=minutes, actor=host)] * 2) == []
    assert sorted(Minutes.objects.values_list("number", "state")) == [(1, "replaced"), (2, "draft")]


def test_a_clock_killed_between_two_letters_goes_on_where_it_stopped(
    scene: Scene, meeting: FormalMeeting
) -> None:
    sent = afterwards.send(scene, meeting)
    afterwards.print_all()
    row = meeting.invitations.get(participant=scene.birk)
    assert minutes_letters._post(sent.pk, row.pk, timezone.now()) is True
    assert minutes_letters.run().letters == 2
    assert OutgoingEmail.objects.count() == 3
