"""The live record by page: who writes, what autosave hears, what comes back without script."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.models import FormalMeeting, InformalMeeting, Meeting, RecordNote
from meetings.services import recording
from meetings.services.recording import Words
from tests.meetings import scenes
from tests.meetings.decisions import ACTOR, complete, decide, selected, step, voice

JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return scenes.make_scene()


@pytest.fixture
def meeting(scene: scenes.Scene) -> InformalMeeting:
    made = scenes.call_informal(scene)
    Meeting.objects.filter(pk=made.pk).update(agenda=[{"title": "Welcome", "minutes": 10}])
    made.refresh_from_db()
    return made


@pytest.fixture
def address(meeting: InformalMeeting) -> str:
    return reverse("meetings:note", args=[meeting.pk, 1])


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("focal", 200),
        ("lead", 200),
        ("reader", 403),
        ("guest", 403),
        ("observer", 403),
        ("facilitator", 403),
        ("stranger", 404),
    ],
)
def test_who_opens_and_who_writes(
    scene: scenes.Scene, meeting: InformalMeeting, client: Client, address: str, person: str, status: int
) -> None:
    client.force_login(getattr(scene, person))
    assert client.get(reverse("meetings:live", args=[meeting.pk])).status_code == status
    kept = client.post(address, {"text": "X", "revision": 0}, headers=JSON)
    assert kept.status_code == status
    assert client.post(reverse("meetings:live_here", args=[meeting.pk])).status_code == status
    assert RecordNote.objects.exists() == (status == 200)


def test_autosave_hears_what_became_of_the_words(
    scene: scenes.Scene, client: Client, address: str, meeting: InformalMeeting
) -> None:
    client.force_login(scene.focal)
    first = client.post(address, {"text": "Mine", "revision": 0, "page": "a"}, headers=JSON).json()
    assert first == {"ok": True, "revision": 1, "sent": 1, "message": "", "fields": {}}
    client.force_login(scene.lead)
    told = client.post(address, {"text": "Hers", "revision": 0, "page": "b"}, headers=JSON).json()
    assert told["fields"] == {"text": "Mine\nHers"}
    assert "Anna Alder wrote in the same place: both texts stand here" in told["message"]
    assert told["sent"] < told["revision"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text": "X"},
        {"text": "X", "revision": "x"},
        {"text": "X", "revision": "-1"},
        {"text": "X", "revision": "9" * 40},
        {"text": "x" * 20_001, "revision": 0},
        {"text": "X", "revision": 0, "page": "p" * 41},
    ],
)
def test_what_cannot_be_kept_is_told(
    scene: scenes.Scene, client: Client, address: str, data: dict[str, object]
) -> None:
    client.force_login(scene.focal)
    told = client.post(address, data, headers=JSON)
    assert told.status_code == 422
    assert told.json()["message"]
    assert client.post(address, {"text": "nul\x00", "revision": 0}, headers=JSON).status_code == 400
    assert not RecordNote.objects.exists()


def test_an_item_out_of_the_agenda_is_no_crash(
    scene: scenes.Scene, meeting: InformalMeeting, client: Client
) -> None:
    client.force_login(scene.focal)
    for position, answer in ((2, 409), (10**30, 404)):
        far = reverse("meetings:note", args=[meeting.pk, position])
        assert client.post(far, {"text": "X", "revision": 0}, headers=JSON).status_code == answer
    assert not RecordNote.objects.exists()


def test_without_script_words_are_kept_marked_and_never_lost(
    scene: scenes.Scene, meeting: InformalMeeting, client: Client, address: str
) -> None:
    client.force_login(scene.focal)
    kept = client.post(address, {"text": "One", "revision": 0, "mark": "1"})
    assert kept.headers["location"].endswith("/live/#item-1")
    assert re.fullmatch(r"One\n\d\d:\d\d – ", RecordNote.objects.get().text)
    Meeting.objects.filter(pk=meeting.pk).update(state="held", held_at=timezone.now())
    late = client.post(address, {"text": "Too late?", "revision": 1})
    assert late.status_code == 409


def test_a_text_too_long_comes_back_as_typed(scene: scenes.Scene, client: Client, address: str) -> None:
    client.force_login(scene.focal)
    back = client.post(address, {"text": "long " * 4_001, "revision": 0})
    assert back.status_code == 422
    assert "long long" in back.content.decode()


def test_those_who_write_hear_of_each_other_and_of_newer_words(
    scene: scenes.Scene, meeting: InformalMeeting, client: Client
) -> None:
    cache.clear()
    here = reverse("meetings:live_here", args=[meeting.pk])
    client.force_login(scene.lead)
    client.post(here)
    client.force_login(scene.focal)
    recording.keep(meeting=meeting, position=1, words=Words("X", 0), actor=ACTOR)
    told = client.post(here).json()
    assert "Lea Alder has this record open too" in told["others"]
    assert told["revisions"] == {"1": 1}
    client.post(here, {"leave": "1"})
    client.force_login(scene.lead)
    assert client.post(here).json()["others"] == ""


def test_a_closed_record_is_read_not_written(
    scene: scenes.Scene, meeting: InformalMeeting, client: Client
) -> None:
    recording.keep(meeting=meeting, position=1, words=Words("Said at last", 0), actor=ACTOR)
    InformalMeeting.objects.filter(pk=meeting.pk).update(notes="Of old")
    Meeting.objects.filter(pk=meeting.pk).update(state="held", held_at=timezone.now())
    client.force_login(scene.focal)
    assert "<textarea" not in client.get(reverse("meetings:live", args=[meeting.pk])).content.decode()
    page = client.get(reverse("meetings:record", args=[meeting.pk])).content.decode()
    assert "Said at last" in page
    assert "Of old" in page


def test_outcomes_stand_beside_a_formal_sheet_alone(
    scene: scenes.Scene, meeting: InformalMeeting, client: Client
) -> None:
    client.force_login(scene.focal)
    page = client.get(reverse("meetings:live", args=[meeting.pk])).content.decode()
    for name in ("objectives", "areas", "decisions", "steps"):
        assert f'id="{name}"' not in page
    Meeting.objects.filter(pk=meeting.pk).update(state="held", held_at=timezone.now())
    formal: FormalMeeting = scenes.call_formal(scene)
    scenes.seat_everybody(formal)
    complete(scene, formal)
    page = client.get(reverse("meetings:live", args=[formal.pk])).content.decode()
    for name in ("objectives", "areas", "decisions", "steps"):
        assert f'id="{name}"' in page
    add = reverse("meetings:objective_add", args=[formal.pk])
    done = client.post(f"{add}?back=live", {"objective-text": "More"})
    assert done.headers["location"] == reverse("meetings:live", args=[formal.pk]) + "#objectives"


@pytest.mark.parametrize("kind", ["informal", "formal"])
def test_the_sheet_asks_the_same_number_of_queries_for_one_and_three(
    db: None, client: Client, kind: str
) -> None:
    def prepare(scene: scenes.Scene) -> str:
        made = scenes.call_formal(scene) if kind == "formal" else scenes.call_informal(scene)
        scenes.seat_everybody(made)
        size = len(scene.guests)
        items = [{"title": f"Item {number}", "minutes": 5} for number in range(size)]
        Meeting.objects.filter(pk=made.pk).update(agenda=items)
        made.refresh_from_db()
        for position in range(1, size + 1):
            recording.keep(meeting=made, position=position, words=Words("X", 0), actor=ACTOR)
        if isinstance(made, FormalMeeting):
            area = selected(scene, made)
            decide(made, *(voice(area, who) for who in scene.everybody))
            for who in scene.everybody:
                step(made, who)
        return reverse("meetings:live", args=[made.pk])

    assert scenes.count_queries(client, 1, prepare) == scenes.count_queries(client, 3, prepare)
