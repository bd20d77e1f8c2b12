"""What is said is written down item by item: two writers are joined, a lost answer costs nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal
from meetings import sheet
from meetings.models import FormalMeeting, InformalMeeting, Meeting, RecordNote, RecordRevision
from meetings.services import recording
from meetings.services.recording import Kept, Words
from proposals.joining import join_both
from tests.meetings import scenes

AGENDA = [{"title": "Welcome", "minutes": 10}, {"title": "The depot", "minutes": 15}]


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return scenes.make_scene()


@pytest.fixture
def meeting(scene: scenes.Scene) -> InformalMeeting:
    made = scenes.call_informal(scene)
    Meeting.objects.filter(pk=made.pk).update(agenda=AGENDA)
    made.refresh_from_db()
    return made


def keep(
    meeting: Meeting,
    text: str,
    revision: int = 0,
    *,
    who: object = None,
    page: str = "",
    at: int = 1,
    now: dt.datetime | None = None,
) -> Kept:
    actor = Actor.person(who) if who else Actor.portal()  # type: ignore[arg-type]  # a User
    words = Words(text, revision, page)
    return recording.keep(meeting=meeting, position=at, words=words, actor=actor, now=now)


def note(at: int = 1) -> RecordNote:
    return RecordNote.objects.get(position=at)


# --- joining ------------------------------------------------------------------------------


def test_words_are_kept_with_every_saving(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    first = keep(meeting, "One", who=scene.focal)
    second = keep(meeting, "One\r\nTwo", first.revision, who=scene.focal)
    assert (note().title, note().text, note().revision) == ("Welcome", "One\nTwo", second.revision)
    assert note().kept_by == "Anna Alder"
    assert list(RecordRevision.objects.values_list("text", flat=True)) == ["One\nTwo", "One"]
    assert AuditEntry.objects.filter(verb="wrote the record").count() == 1


def test_nothing_new_is_no_saving(meeting: InformalMeeting) -> None:
    assert keep(meeting, "").revision == 0
    assert not RecordNote.objects.exists()
    kept = keep(meeting, "One")
    assert keep(meeting, "One", kept.revision).revision == kept.revision
    assert RecordRevision.objects.count() == 1


def test_two_writers_are_joined(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    keep(meeting, "One.\nTwo.", who=scene.focal)
    keep(meeting, "ONE!\nTwo.", 1, who=scene.focal)
    kept = keep(meeting, "One.\nTwo.\nThree.", 1, who=scene.lead)
    assert note().text == kept.text == "ONE!\nTwo.\nThree."
    assert (kept.brought, kept.met, kept.others) == (True, False, ("Anna Alder",))


def test_where_both_write_in_one_place_both_texts_stay(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    keep(meeting, "Hers.", who=scene.focal, page="a")
    kept = keep(meeting, "His.", who=scene.lead, page="b")
    assert note().text == kept.text == "Hers.\nHis."
    assert kept.met
    on = keep(meeting, "His, longer.", kept.sent, who=scene.lead, page="b")
    assert note().text == "Hers.\nHis, longer."
    assert not on.met
    keep(meeting, "Hers, longer.", 1, who=scene.focal, page="a")
    assert note().text == "Hers, longer.\nHis, longer."


def test_an_answer_lost_on_the_way_does_not_double_the_words(
    scene: scenes.Scene, meeting: InformalMeeting
) -> None:
    keep(meeting, "We beg", who=scene.focal, page="a")
    kept = keep(meeting, "We began at nine.", 0, who=scene.focal, page="a")
    assert note().text == kept.text == "We began at nine."
    assert not kept.brought
    other = keep(meeting, "Another window.", 0, who=scene.focal, page="b")
    assert other.text == "We began at nine.\nAnother window."


def test_who_has_typed_nothing_since_only_hears_the_other(
    scene: scenes.Scene, meeting: InformalMeeting
) -> None:
    keep(meeting, "One", who=scene.focal)
    keep(meeting, "One\nTwo", 1, who=scene.lead)
    heard = keep(meeting, "One", 1, who=scene.focal)
    assert (heard.text, heard.brought, heard.others) == ("One\nTwo", True, ("Lea Alder",))
    assert RecordRevision.objects.count() == 2


@pytest.mark.parametrize("revision", [7, 2**31 - 1])
def test_a_revision_nobody_knows_overwrites_nothing(meeting: InformalMeeting, revision: int) -> None:
    keep(meeting, "On record.")
    kept = keep(meeting, "From nowhere.", revision)
    assert note().text == kept.text == "On record.\nFrom nowhere."


@given(*[st.lists(st.sampled_from("abcde"), max_size=5)] * 3)
def test_no_word_of_either_vanishes(base: list[str], mine: list[str], theirs: list[str]) -> None:
    ours, others = [f"m{one}" for one in mine], [f"t{one}" for one in theirs]
    text, _met = join_both("\n".join(base), "\n".join([*base, *ours]), "\n".join([*others, *base]))
    assert set(ours) | set(others) | set(base) <= set(text.split("\n")) | {""}


def test_taking_out_loses_against_an_edit() -> None:
    assert join_both("One\nTwo", "One", "One\nTwo!") == ("One\nTwo!", True)
    assert join_both("One\nTwo", "One\nTwo!", "One") == ("One\nTwo!", True)


# --- what is refused ------------------------------------------------------------------------


def test_words_beyond_the_limit_are_refused_also_when_joined(meeting: InformalMeeting) -> None:
    half = "x" * (recording.LIMIT // 2)
    with pytest.raises(Refusal, match="too long"):
        keep(meeting, "x" * (recording.LIMIT + 1))
    keep(meeting, half)
    with pytest.raises(Refusal, match="too long"):
        keep(meeting, "y" + half, 0)
    assert note().text == half


@pytest.mark.parametrize("position", [3, 1_001, 10**30])
def test_an_item_that_the_agenda_does_not_have_is_refused(meeting: InformalMeeting, position: int) -> None:
    with pytest.raises(Refusal, match="no such item"):
        keep(meeting, "One", at=position)
    assert not RecordNote.objects.exists()


@pytest.mark.parametrize("state", ["planned", "held", "cancelled"])
def test_only_an_open_record_is_written(meeting: InformalMeeting, state: str) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(
        state=state, held_at=timezone.now(), cancelled_because="Snow"
    )
    with pytest.raises(Refusal):
        keep(meeting, "One")
    assert not RecordNote.objects.exists()


# --- the sheet ------------------------------------------------------------------------------


def test_the_sheet_has_every_item_and_what_belongs_to_none(meeting: InformalMeeting) -> None:
    keep(meeting, "On the depot.", at=2)
    keep(meeting, "It snowed.", at=sheet.GENERAL)
    lines = sheet.lines(meeting)
    assert [(line.position, line.title, line.text) for line in lines] == [
        (1, "Welcome", ""),
        (2, "The depot", "On the depot."),
        (0, "In general", "It snowed."),
    ]
    begins = [line.begins for line in lines[:2]]
    assert begins[0] == meeting.local_start
    assert begins[1] == meeting.local_start + dt.timedelta(minutes=10)


def test_words_stay_when_the_agenda_changes(meeting: InformalMeeting) -> None:
    keep(meeting, "On the depot.", at=2)
    keep(meeting, "Hello.", at=1)
    Meeting.objects.filter(pk=meeting.pk).update(agenda=[{"title": "Lunch", "minutes": 60}])
    meeting.refresh_from_db()
    lines = sheet.lines(meeting)
    assert [(line.title, line.was, line.text) for line in lines[:2]] == [
        ("Lunch", "Welcome", "Hello."),
        ("The depot", "", "On the depot."),
    ]
    assert keep(meeting, "On the depot, more.", 1, at=2).text == "On the depot, more."


def test_the_trail_says_once_in_a_while_who_wrote(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    now = timezone.now()
    keep(meeting, "One", who=scene.focal, now=now)
    keep(meeting, "Two", 1, who=scene.focal, now=now + dt.timedelta(minutes=5))
    assert AuditEntry.objects.filter(verb="wrote the record").count() == 1
    keep(meeting, "Three", 2, who=scene.focal, now=now + dt.timedelta(minutes=11))
    keep(meeting, "Four", 3, who=scene.lead, now=now + dt.timedelta(minutes=11))
    assert AuditEntry.objects.filter(verb="wrote the record").count() == 3


def test_a_formal_meeting_is_recorded_on_the_same_sheet(scene: scenes.Scene) -> None:
    formal: FormalMeeting = scenes.call_formal(scene)
    keep(formal, "Said.", at=sheet.GENERAL)
    assert formal.notes_by_item.get().text == "Said."
