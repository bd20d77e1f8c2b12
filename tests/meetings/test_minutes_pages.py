"""The pages of minutes and councils: by account, by link without JavaScript, in the link's language."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import links
from imc_portal.core.models import PersonalLink
from meetings.models import FormalMeeting, MeetingGuest, Minutes, MinutesVoice, Ratification
from meetings.services import letters, minutes_letters
from partners.models import Case, Participant
from tests.meetings import afterwards, scenes
from tests.meetings.scenes import Scene, sees

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    return scenes.make_scene(state=Case.State.FORMAL_CONVENED)


@pytest.fixture
def meeting(scene: Scene) -> FormalMeeting:
    return afterwards.hold(scene, subject=(scene.birk,))


@pytest.fixture
def sent(scene: Scene, meeting: FormalMeeting) -> Minutes:
    minutes = afterwards.send(scene, meeting)
    afterwards.post()
    afterwards.deliver()
    return minutes


def as_(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]  # a user of the scene
    return client


def path(name: str, **more: object) -> str:
    return reverse(f"meetings:{name}", kwargs=more)


def personal(party: Participant, name: str, **more: object) -> str:
    token = links.token_of(letters.link_of(party))
    return reverse(f"personal:{name}", kwargs={"token": token} | more)


# --- by account -------------------------------------------------------------------------------


def test_from_the_record_to_the_delegations(scene: Scene, meeting: FormalMeeting) -> None:
    host = as_(scene.focal)
    page = path("minutes", pk=meeting.pk)
    assert "Draft the minutes" in host.get(page).content.decode()
    host.post(path("minutes_begin", pk=meeting.pk))
    drafted = Minutes.objects.get()
    edit = path("minutes_edit", pk=drafted.pk)
    assert "Birk asked." in host.get(edit).content.decode()
    host.post(
        edit, {"revision": 0, "introduction": "Good words.", "item-0": "Birk asked twice.", "item-1": ""}
    )
    body = host.get(page).content.decode()
    assert "Good words." in body
    assert "Birk asked twice." in body
    assert "agree to cooperate" not in body.lower()
    send = path("minutes_send", pk=drafted.pk)
    assert "Objections until" in host.get(send).content.decode()
    assert host.post(send, {"revision": 0}).status_code == 409
    assert host.post(send, {"revision": 1}).status_code == 302
    drafted.refresh_from_db()
    assert drafted.state == "sent"
    assert "Good words." in as_(scene.guest).get(page).content.decode()


@pytest.mark.parametrize("bad", ["", "x", "-1", "9" * 30, "٣"])
def test_bad_revisions_are_refused(scene: Scene, meeting: FormalMeeting, bad: str) -> None:
    drafted, host = afterwards.draft(scene, meeting), as_(scene.focal)
    assert host.post(path("minutes_send", pk=drafted.pk), {"revision": bad}).status_code == 409
    edit = path("minutes_edit", pk=drafted.pk)
    if bad != "٣":  # a digit all the same
        answer = host.post(edit, {"revision": bad, "introduction": "kept on the page"})
        assert answer.status_code == 422
        assert "kept on the page" in answer.content.decode()
    assert host.post(edit, {"revision": 0, "introduction": "a\0b"}).status_code == 400
    assert Minutes.objects.get().revision == 0


def test_drafts_stay_inside(scene: Scene, meeting: FormalMeeting) -> None:
    drafted = afterwards.draft(scene, meeting)
    Minutes.objects.update(introduction="SECRET-DRAFT")
    for who, status in (
        (scene.reader, 200),
        (scene.facilitator, 200),
        (scene.guest, 404),
        (scene.observer, 404),
    ):
        code, body = sees(who, "minutes_version", drafted.pk)
        assert (code, "SECRET-DRAFT" in body) == (status, status == 200)
    assert "SECRET-DRAFT" not in sees(scene.guest, "minutes", meeting.pk)[1]
    assert sees(scene.observer, "minutes", meeting.pk)[0] == 403
    token_page = Client().get(personal(scene.birk, "minutes"))
    assert (token_page.status_code, b"SECRET-DRAFT" in token_page.content) == (404, False)


def test_an_observer_reads_ended_minutes_of_a_meeting_where_it_was(
    scene: Scene, meeting: FormalMeeting, sent: Minutes
) -> None:
    body = scene.observer.memberships.get().body
    assert body is not None
    guest = MeetingGuest.objects.create(meeting=meeting, body=body, role="observer", present=True)
    assert "Halve the cost" not in sees(scene.observer, "minutes", meeting.pk)[1]
    assert sees(scene.observer, "minutes_version", sent.pk)[0] == 404
    minutes_letters.run(now=timezone.now() + dt.timedelta(days=60))
    assert "Halve the cost" in sees(scene.observer, "minutes", meeting.pk)[1]
    guest.present = False
    guest.save()
    assert sees(scene.observer, "minutes", meeting.pk)[0] == 403


def test_a_delegation_agrees_by_account_and_the_host_records_another(scene: Scene, sent: Minutes) -> None:
    own = path("minutes_voice", pk=sent.pk, participant=scene.birk.pk)
    told = path("minutes_voice", pk=sent.pk, participant=scene.corn.pk)
    assert 'name="how"' not in as_(scene.guest).get(own).content.decode()
    as_(scene.guest).post(own, {"voice": "agrees", "name": "Bert Birk, mayor"})
    assert as_(scene.guest).get(told).status_code == 403
    host = as_(scene.focal)
    assert host.post(told, {"voice": "objects", "text": "No.", "name": "Cora"}).status_code == 422
    host.post(told, {"voice": "objects", "text": "No.", "name": "Cora", "how": "by telephone"})
    assert sorted(MinutesVoice.objects.values_list("name", "voice", "how", "recorded_by")) == [
        ("Bert Birk, mayor", "agrees", "", "Bert Birk"),
        ("Cora", "objects", "by telephone", "Anna Alder"),
    ]
    voice = MinutesVoice.objects.get(voice="objects")
    host.post(path("objection_answer", pk=voice.pk), {"answer": "Two heard it."})
    assert "Two heard it." in as_(scene.guest).get(path("minutes", pk=sent.meeting_id)).content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"voice": "maybe", "name": "x"}, {"voice": "objects", "name": "x"}, {"voice": "agrees"}]
)
def test_a_word_that_is_not_complete_is_refused(scene: Scene, sent: Minutes, data: dict[str, str]) -> None:
    own = path("minutes_voice", pk=sent.pk, participant=scene.birk.pk)
    assert as_(scene.guest).post(own, data).status_code == 422
    link = Client().post(personal(scene.birk, "minutes"), data | {"minutes": str(sent.pk)})
    assert link.status_code == 422
    assert not MinutesVoice.objects.exists()


def test_a_lead_closes_with_a_reason_and_the_copy_is_checked(
    scene: Scene, meeting: FormalMeeting, sent: Minutes
) -> None:
    Minutes.objects.update(objections_until=timezone.now() - dt.timedelta(days=1))
    close = path("minutes_close", pk=sent.pk)
    assert as_(scene.focal).post(close, {"because": "x"}).status_code == 403
    as_(scene.lead).post(close, {"because": "Nobody can be reached."})
    afterwards.post()
    copy = path("minutes_pdf", pk=sent.pk, language="en")
    assert as_(scene.guest).get(copy)["Content-Type"] == "application/pdf"
    assert as_(scene.guest).get(path("minutes_pdf", pk=sent.pk, language="xx")).status_code == 404
    meeting.papers.filter(kind="final").update(sha256="0" * 64)
    assert as_(scene.guest).get(copy).status_code == 503


# --- by link ----------------------------------------------------------------------------------


def test_by_link_one_reads_and_speaks_and_nothing_changes_on_get(scene: Scene, sent: Minutes) -> None:
    page = personal(scene.birk, "minutes")
    body = Client().get(page).content.decode()
    assert "Halve the cost" in body
    assert "Read the minutes and answer" in Client().get(personal(scene.birk, "home")).content.decode()
    assert not MinutesVoice.objects.exists()
    word = {"minutes": str(sent.pk), "voice": "objects", "text": "Item 1.", "name": "Mayor"}
    for _twice in range(2):
        assert Client().post(page, word).status_code == 302
    assert MinutesVoice.objects.count() == 1
    assert "Item 1." in Client().get(page).content.decode()
    assert Client().get(personal(scene.birk, "minutes_pdf", minutes=sent.pk)).status_code == 200


@pytest.mark.parametrize("stale", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_word_to_another_version_is_not_taken_for_this_one(scene: Scene, sent: Minutes, stale: str) -> None:
    page = personal(scene.birk, "minutes")
    answer = Client().post(page, {"minutes": stale, "voice": "agrees", "name": "x"}, follow=True)
    assert "newer version" in answer.content.decode()
    assert not MinutesVoice.objects.exists()


def test_the_council_by_link_and_the_link_closes_when_it_refused(scene: Scene, sent: Minutes) -> None:
    council = personal(scene.birk, "council")
    assert Client().get(council).status_code == 404
    minutes_letters.run(now=timezone.now() + dt.timedelta(days=60))
    assert "What did the council resolve?" in Client().get(council).content.decode()
    data = {"ratified": "no", "resolution": "7", "resolved_on": timezone.localdate().isoformat()}
    for bad in ({"ratified": "perhaps"}, {"resolved_on": "9999-99-99"}, {"resolution": "x" * 101}):
        assert Client().post(council, data | bad).status_code == 422
    answer = Client().post(council, data)
    assert "will not open any more" in answer.content.decode()
    assert Ratification.objects.get().state == "refused"
    assert Client().get(council).status_code == 410


def test_the_host_records_a_council_with_how(scene: Scene, sent: Minutes) -> None:
    minutes_letters.run(now=timezone.now() + dt.timedelta(days=60))
    page = path("ratification", pk=Ratification.objects.get().pk)
    data = {"ratified": "yes", "resolution": "7", "resolved_on": timezone.localdate().isoformat()}
    assert as_(scene.focal).post(page, data).status_code == 422
    as_(scene.focal).post(page, data | {"how": "by post"})
    row = Ratification.objects.get()
    assert (row.state, row.how, row.recorded_by) == ("given", "by post", "Anna Alder")
    assert as_(scene.focal).post(page, data | {"ratified": "no", "how": "x"}).status_code == 422


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_the_page_speaks_the_language_of_the_link(
    scene: Scene, sent: Minutes, language: str, direction: str
) -> None:
    page = personal(scene.birk, "minutes")
    PersonalLink.objects.update(language=language)
    body = Client().get(page).content.decode()
    assert f'lang="{language}"' in body
    assert f'dir="{direction}"' in body
