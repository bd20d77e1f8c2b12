"""Minutes: drafted from the record, written by several, sent frozen, replaced, read by the right people."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail
from imc_portal.core.problems import Refusal, Stale
from meetings import minutes_facts
from meetings.models import Delegate, FormalMeeting, MeetingGuest, MeetingPaper, Minutes
from meetings.services import minutes as services
from meetings.services import minutes_letters
from meetings.services import minutes_voices as voices
from partners.models import Case, Participant
from tests import makers
from tests.meetings import afterwards, scenes
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return scenes.make_scene(state=Case.State.FORMAL_CONVENED)


@pytest.fixture
def meeting(scene: Scene) -> FormalMeeting:
    return afterwards.hold(scene)


@pytest.fixture
def draft(scene: Scene, meeting: FormalMeeting) -> Minutes:
    return afterwards.draft(scene, meeting)


def keep(minutes: Minutes, who: object, revision: int, **words: str) -> services.Kept:
    actor = Actor.person(who)  # type: ignore[arg-type]  # a user of the scene
    named = {name.replace("_0", "-0"): text for name, text in words.items()}
    return services.keep(minutes=minutes, revision=revision, words=named, actor=actor)


def facts_of(minutes: Minutes) -> minutes_facts.Facts:
    assert minutes.facts is not None
    return dict(minutes.facts)


# --- the draft ------------------------------------------------------------------------------


def test_the_draft_holds_what_the_record_says(scene: Scene, meeting: FormalMeeting, draft: Minutes) -> None:
    guest = makers.make_body("Prefecture")
    MeetingGuest.objects.create(meeting=meeting, body=guest, role="observer", name="Olga", present=True)
    row = meeting.invitations.get(participant=scene.birk)
    Delegate.objects.create(invitation=row, name="Dora Deputy", capacity="deputy", present=True)
    Delegate.objects.create(invitation=row, name="Never Came", capacity="companion", present=False)
    facts = minutes_facts.gather(draft, timezone.now())
    birk = next(one for one in facts["attendance"] if one["name"] == "Birk")
    assert (birk["delegate"], birk["office"], birk["mandate"]) == ("Mayor of Birk", "mayor", "full")
    assert [other["name"] for other in birk["others"]] == ["Dora Deputy"]
    assert [one["body"] for one in facts["guests"]] == ["Prefecture"]
    assert [(item["titles"]["en"], item["text"]) for item in facts["items"]] == [
        ("Benefits and costs", "Birk asked.")
    ]
    assert facts["objectives"][0]["text"] == "Halve the cost"
    assert facts["areas"][0]["names"].keys() == {"en", "fr", "de", "es", "uk", "ar"}
    assert {row["vote"] for row in facts["areas"][0]["decisions"]} == {"yes"}
    assert facts["steps"][0]["municipality"] == "Birk"
    assert [one["name"] for one in facts["asked"]] == ["Alder", "Birk", "Corn"]


def test_without_notes_the_agenda_is_there_to_be_filled_in(scene: Scene, meeting: FormalMeeting) -> None:
    meeting.notes_by_item.all().delete()
    drafted = afterwards.draft(scene, meeting)
    assert [item["text"] for item in drafted.items] == ["", ""]
    keep(drafted, scene.focal, 0, item_0="What was said.")
    drafted.refresh_from_db()
    facts = minutes_facts.gather(drafted, timezone.now())
    assert [item["text"] for item in facts["items"]] == ["What was said."]


def test_minutes_are_begun_once_and_after_the_record_is_closed(scene: Scene, meeting: FormalMeeting) -> None:
    first = afterwards.draft(scene, meeting)
    assert afterwards.draft(scene, meeting) == first
    assert AuditEntry.objects.filter(verb="drafted the minutes").count() == 1
    other = scenes.make_scene(state=Case.State.FORMAL_CONVENED)
    open_one = scenes.call_formal(other)
    with pytest.raises(Refusal, match="Close the record"):
        afterwards.draft(other, open_one)


# --- two writers ----------------------------------------------------------------------------


def test_two_writers_are_joined(scene: Scene, draft: Minutes) -> None:
    keep(draft, scene.focal, 0, introduction="One.\nTwo.\nThree.")
    keep(draft, scene.lead, 1, introduction="ONE!\nTwo.\nThree.", closing="Thanks.")
    kept = keep(draft, scene.focal, 1, introduction="One.\nTwo.\nThree.\nFour.", closing="")
    draft.refresh_from_db()
    assert draft.introduction == "ONE!\nTwo.\nThree.\nFour."
    assert draft.closing == "Thanks."
    assert kept == services.Kept(3, joined=True, met=())
    assert draft.revisions.count() == 4


def test_one_passage_changed_by_both_keeps_both_texts(scene: Scene, draft: Minutes) -> None:
    keep(draft, scene.lead, 0, introduction="Hers.")
    kept = keep(draft, scene.focal, 0, introduction="His.")
    draft.refresh_from_db()
    assert kept.met == ("introduction",)
    assert "Hers." in draft.introduction
    assert "His." in draft.introduction


def test_a_revision_of_the_future_and_too_many_words_are_refused(scene: Scene, draft: Minutes) -> None:
    with pytest.raises(Stale):
        keep(draft, scene.focal, 7, introduction="x")
    with pytest.raises(Refusal, match="4000"):
        keep(draft, scene.focal, 0, introduction="x" * 4001)
    draft.refresh_from_db()
    assert (draft.introduction, draft.revision) == ("", 0)


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_the_same_moment_lose_no_word() -> None:
    scene = scenes.make_scene(state=Case.State.FORMAL_CONVENED)
    drafted = afterwards.draft(scene, afterwards.hold(scene))
    afterwards.at_once(
        lambda: keep(drafted, scene.focal, 0, introduction="From Anna."),
        lambda: keep(drafted, scene.lead, 0, closing="From Lea.", item_0="Birk asked.\nLea heard it."),
    )
    drafted.refresh_from_db()
    assert (drafted.introduction, drafted.closing, drafted.revision) == ("From Anna.", "From Lea.", 2)
    assert drafted.items[0]["text"] == "Birk asked.\nLea heard it."


# --- sending --------------------------------------------------------------------------------


def test_sending_freezes_the_facts_and_asks_for_a_paper_in_each_language(
    scene: Scene, meeting: FormalMeeting
) -> None:
    corn = scene.corn.contact
    assert corn is not None
    corn.language = "fr-CH"
    corn.save()
    sent = afterwards.send(scene, meeting)
    assert sent.state == Minutes.State.SENT
    assert sent.sha256 == minutes_facts.digest(facts_of(sent))
    papers = MeetingPaper.objects.filter(meeting=meeting, kind="minutes", edition=1)
    assert set(papers.values_list("language", flat=True)) == {"en", "fr"}
    meeting.objectives.update(text="Changed afterwards")
    sent.refresh_from_db()
    assert facts_of(sent)["objectives"][0]["text"] == "Halve the cost"
    with pytest.raises(Refusal, match="stay as they are"):
        keep(sent, scene.focal, 0, introduction="Too late")


def test_what_was_not_read_is_not_sent(scene: Scene, draft: Minutes) -> None:
    keep(draft, scene.lead, 0, introduction="New words")
    with pytest.raises(Stale):
        services.send(minutes=draft, revision=0, actor=Actor.person(scene.focal))
    draft.refresh_from_db()
    assert draft.state == Minutes.State.DRAFT


def test_the_time_to_object_is_counted_where_it_ends_last(scene: Scene, meeting: FormalMeeting) -> None:
    """France has Armistice Day on 11 November; Birk in Germany would have a day less to wait."""
    afterwards.objection_days(scene.case, 2)
    type(scene.birk.municipality).objects.filter(pk=scene.birk.municipality.pk).update(country="DE")
    now = dt.datetime(2026, 11, 10, 9, tzinfo=dt.UTC)
    sent = afterwards.send(scene, meeting, now=now)
    assert sent.objections_until is not None
    assert sent.objections_until == dt.datetime(2026, 11, 13, 22, 59, tzinfo=dt.UTC)


def test_only_delegations_that_were_there_and_still_take_part_are_asked(
    scene: Scene, meeting: FormalMeeting
) -> None:
    meeting.invitations.filter(participant=scene.corn).update(present=False)
    sent = afterwards.send(scene, meeting)
    assert [one["name"] for one in facts_of(sent)["asked"]] == ["Alder", "Birk"]
    with pytest.raises(Refusal, match="not asked"):
        voices.say(minutes=sent, participant=scene.corn, voice="agrees", name="x", actor=Actor.portal())


def test_each_delegation_gets_one_letter_with_its_copy_and_link(scene: Scene, meeting: FormalMeeting) -> None:
    sent = afterwards.send(scene, meeting)
    assert minutes_letters.run().letters == 0  # nothing is printed yet
    assert afterwards.post().letters == 3
    assert afterwards.post().letters == 0
    mails = {mail.key: mail for mail in OutgoingEmail.objects.all()}
    assert len(mails) == 3
    birk = mails[f"minutes:{sent.pk}/to:{scene.birk.pk}"]
    assert birk.link is not None
    assert "https://personal.link.invalid/minutes/" in birk.text
    assert birk.attachments.get().sha256 == meeting.papers.get(language="en").sha256
    own = mails[f"minutes:{sent.pk}/to:{scene.alder.pk}"]
    assert (own.to_address, own.link) == (scene.focal.email, None)
    assert f"/meetings/{meeting.pk}/minutes/" in own.text
    sent.refresh_from_db()
    assert sent.posted_at is not None


def test_who_cannot_be_written_to_is_named_and_written_to_later_with_the_whole_time(
    scene: Scene, meeting: FormalMeeting
) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(contact=None)
    sent = afterwards.send(scene, meeting)
    assert afterwards.post().letters == 2
    sent.refresh_from_db()
    before = sent.objections_until
    assert before is not None
    trouble = minutes_letters.trouble(sent, timezone.now())
    assert [str(row.participant) for row, _why in trouble] == ["Birk"]
    assert sent.posted_at is None
    Participant.objects.filter(pk=scene.birk.pk).update(contact=makers.make_contact(scene.birk.municipality))
    assert afterwards.post(timezone.now() + dt.timedelta(days=7)).letters == 1
    sent.refresh_from_db()
    assert sent.objections_until is not None
    assert sent.objections_until > before
    assert sent.posted_at is not None


# --- a new version ---------------------------------------------------------------------------


def test_a_new_version_replaces_the_old_one_and_says_what_changed(
    scene: Scene, meeting: FormalMeeting
) -> None:
    sent = afterwards.send(scene, meeting)
    afterwards.post()
    voices.say(
        minutes=sent, participant=scene.birk, voice="objects", text="No.", name="B", actor=Actor.portal()
    )
    newer = services.renew(minutes=sent, actor=Actor.person(scene.focal))
    assert services.renew(minutes=sent, actor=Actor.person(scene.focal)) == newer
    sent.refresh_from_db()
    assert (sent.state, newer.state, newer.number) == ("replaced", "draft", 2)
    assert OutgoingEmail.objects.filter(state="cancelled").count() == 3
    assert sent.voices.count() == 1
    with pytest.raises(Refusal, match="newer version"):
        voices.say(minutes=sent, participant=scene.corn, voice="agrees", name="C", actor=Actor.portal())
    with pytest.raises(Refusal, match="what changed"):
        services.send(minutes=newer, revision=0, actor=Actor.person(scene.focal))
    keep(newer, scene.focal, 0, what_changed="Item 1 corrected.")
    newer.refresh_from_db()
    services.send(minutes=newer, revision=1, actor=Actor.person(scene.focal))
    assert afterwards.post().letters == 3
    mail = OutgoingEmail.objects.get(key=f"minutes:{newer.pk}/to:{scene.birk.pk}")
    assert "version 2" in mail.subject
    assert "Item 1 corrected." in mail.text


def test_nothing_moves_while_the_case_rests(scene: Scene, meeting: FormalMeeting) -> None:
    sent = afterwards.send(scene, meeting)
    Case.objects.filter(pk=scene.case.pk).update(state="parked", parked_from="formal_held")
    with pytest.raises(Refusal, match="parked"):
        voices.say(minutes=sent, participant=scene.birk, voice="agrees", name="B", actor=Actor.portal())
    assert afterwards.post(timezone.now() + dt.timedelta(days=90)).counts == {
        "closed": 0,
        "letters": 0,
        "reminders": 0,
    }
