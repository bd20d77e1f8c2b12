"""The page of a personal link: readable without scripts, answers by POST alone, shows nobody else's paper."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from imc_portal.core import links
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail, PersonalLink
from imc_portal.core.problems import Refusal
from meetings.models import Dispatch, Invitation, Meeting
from meetings.services import planning, replies
from partners.models import Case, OfficeHolder, Participant
from partners.services import participants
from proposals.models import Document
from tests.meetings import papers
from tests.meetings.scenes import Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """A called informal meeting; Birk and Corn have their papers and links."""
    scene = make_scene(state=Case.State.PROPOSAL)
    version = papers.draft(scene)
    papers.planned(scene)
    papers.approve(version, scene)
    papers.tick()
    OutgoingEmail.objects.update(state="sent", sent_at=timezone.now())
    papers.tick()
    return scene


def token_of(participant: Participant) -> str:
    return links.token_of(PersonalLink.objects.get(subject=participant.pk, revoked_at=None))


def url(name: str, participant: Participant) -> str:
    return reverse(f"personal:{name}", args=[token_of(participant)])


def snapshot() -> list[object]:
    """Everything a visit could change."""
    return [
        list(PersonalLink.objects.order_by("pk").values()),
        list(Dispatch.objects.order_by("pk").values()),
        list(Invitation.objects.order_by("pk").values()),
        list(Participant.objects.order_by("pk").values()),
        AuditEntry.objects.count(),
    ]


COMING = {
    "reply": "coming",
    "delegate_name": "Berta Birk",
    "delegate_office": "deputy",
    "mandate": "full",
    "text": "Gladly.",
}


def answer(client: Client, participant: Participant, **values: str) -> object:
    invitation = Invitation.objects.get(participant=participant, meeting__state="called")
    return client.post(url("reply", participant), {"invitation": str(invitation.pk), **values})


# --- reading -----------------------------------------------------------------------------


def test_the_page_says_who_why_when_where_and_what_to_do(client: Client, scene: Scene) -> None:
    page = client.get(url("home", scene.birk)).content.decode()
    local = Meeting.objects.get().local_start
    assert "<h1>Birk</h1>" in page
    assert "Alder proposes to Birk to explore together" in page
    assert f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}" in page
    assert "Town hall, Alder" in page
    for words in (
        "We come",
        "We do not come",
        "Propose another time",
        "Open the proposal",
        "0 of 7 answered",
    ):
        assert words in page
    assert "agree to cooperate" not in page


def test_nothing_changes_by_reading(client: Client, scene: Scene) -> None:
    before = snapshot()
    for name in ("home", "document", "calendar", "reply"):
        assert client.get(url(name, scene.birk), follow=True).status_code == 200
    client.get(url("reply", scene.birk), {"reply": "coming"})
    client.head(url("home", scene.birk))
    for name in ("open", "waive"):
        assert client.get(url(name, scene.birk)).status_code == 405
    assert snapshot() == before


def test_the_address_does_not_travel(client: Client, scene: Scene) -> None:
    for name in ("home", "document", "calendar"):
        headers = client.get(url(name, scene.birk)).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert "noindex" in headers["X-Robots-Tag"]


def test_it_speaks_the_holders_language_and_time(client: Client, scene: Scene) -> None:
    OfficeHolder.objects.filter(pk=scene.birk.contact_id or "").update(language="fr")
    PersonalLink.objects.filter(subject=scene.birk.pk).update(language="fr")
    page = client.get(url("home", scene.birk)).content.decode()
    assert '<html lang="fr"' in page
    client.cookies["django_language"] = "en"
    assert '<html lang="en"' in client.get(url("home", scene.birk)).content.decode()


def test_it_works_without_scripts(client: Client, scene: Scene) -> None:
    page = client.get(url("home", scene.birk)).content.decode()
    assert "onclick" not in page
    assert page.count('method="post"') >= 1
    assert "csrfmiddlewaretoken" in page


# --- the paper ---------------------------------------------------------------------------


def test_each_link_opens_its_own_paper_and_no_other(client: Client, scene: Scene) -> None:
    for guest, other in ((scene.birk, scene.corn), (scene.corn, scene.birk)):
        response = client.get(url("document", guest))
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.content == papers.pdf_of(guest)
        assert papers.pdf_of(other) != response.content
        page = client.get(url("home", guest)).content.decode()
        theirs = Document.objects.get(participant=other)
        assert str(theirs.pk) not in page
        assert other.municipality.name not in page


def test_opening_by_the_button_is_noted_once(client: Client, scene: Scene) -> None:
    response = client.post(url("open", scene.birk))
    assert response.headers["Location"] == url("document", scene.birk)
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    first = paper.opened_at
    assert first is not None
    assert Participant.objects.get(pk=scene.birk.pk).state == Participant.State.PROPOSAL_READ
    client.post(url("open", scene.birk))
    paper.refresh_from_db()
    assert paper.opened_at == first
    assert AuditEntry.objects.filter(verb="opened the proposal").count() == 1
    assert PersonalLink.objects.get(subject=scene.birk.pk).first_opened_at == first
    assert Dispatch.objects.get(invitation__participant=scene.corn).opened_at is None


def test_a_damaged_paper_is_never_shown(client: Client, scene: Scene) -> None:
    Document.objects.filter(participant=scene.birk).update(sha256="0" * 64)
    response = client.get(url("document", scene.birk))
    assert response.status_code == 503
    assert b"%PDF" not in response.content
    assert "is not what was sent" in response.content.decode()


def test_without_a_paper_it_says_so(client: Client, scene: Scene) -> None:
    Dispatch.objects.filter(invitation__participant=scene.birk).delete()
    response = client.get(url("document", scene.birk))
    assert response.status_code == 404
    assert "has not sent a proposal yet" in response.content.decode()


# --- the reply ---------------------------------------------------------------------------


def test_we_come_records_who_in_what_office_and_with_what_mandate(client: Client, scene: Scene) -> None:
    form = client.get(url("reply", scene.birk), {"reply": "coming"}).content.decode()
    assert "Yes, we come" in form
    response = answer(client, scene.birk, **COMING)
    assert response.status_code == 302  # type: ignore[attr-defined]  # a response
    row = Invitation.objects.get(participant=scene.birk)
    assert (row.reply, row.delegate_name, row.delegate_office, row.mandate) == (
        "coming",
        "Berta Birk",
        "deputy",
        "full",
    )
    assert row.replied_by == PersonalLink.objects.get(subject=scene.birk.pk).holder
    assert Participant.objects.get(pk=scene.birk.pk).state == Participant.State.PROPOSAL_READ
    page = client.get(url("home", scene.birk)).content.decode()
    assert "Recorded: Birk comes" in page
    assert "<bdi>Berta Birk</bdi>, deputy mayor, full mandate" in page
    assert Invitation.objects.get(participant=scene.corn).reply == "none"


def test_a_reply_can_be_changed_until_the_meeting_begins(client: Client, scene: Scene) -> None:
    answer(client, scene.birk, **COMING)
    answer(client, scene.birk, reply="not_coming", text="Ill.")
    row = Invitation.objects.get(participant=scene.birk)
    assert (row.reply, row.delegate_name, row.reply_text) == ("not_coming", "", "Ill.")
    Meeting.objects.update(starts_at=timezone.now() - dt.timedelta(minutes=1))
    response = answer(client, scene.birk, **COMING)
    assert response.status_code == 422  # type: ignore[attr-defined]  # a response
    assert "has begun or is over" in response.content.decode()  # type: ignore[attr-defined]  # as above
    assert Invitation.objects.get(participant=scene.birk).reply == "not_coming"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reply": "coming", "delegate_name": "", "delegate_office": "mayor", "mandate": "full"}, "required"),
        (
            {"reply": "coming", "delegate_name": "A", "delegate_office": "king", "mandate": "full"},
            "valid choice",
        ),
        ({"reply": "other_time", "text": ""}, "required"),
        ({"reply": "other_time", "text": "x" * 1001}, "1000"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    client: Client, scene: Scene, values: dict[str, str], words: str
) -> None:
    response = answer(client, scene.birk, **values)
    assert response.status_code == 422  # type: ignore[attr-defined]  # a response
    page = response.content.decode()  # type: ignore[attr-defined]  # as above
    assert words in page
    assert values.get("text", "") in page
    assert Invitation.objects.get(participant=scene.birk).reply == "none"


def test_a_reply_to_another_meeting_or_for_another_municipality_is_not_taken(
    client: Client, scene: Scene
) -> None:
    theirs = Invitation.objects.get(participant=scene.corn)
    client.post(url("reply", scene.birk), {"invitation": str(theirs.pk), **COMING})
    assert set(Invitation.objects.values_list("reply", flat=True)) == {"none"}


def test_an_unknown_reply_leads_back(client: Client, scene: Scene) -> None:
    response = answer(client, scene.birk, reply="perhaps")
    assert response.headers["Location"] == url("home", scene.birk)  # type: ignore[attr-defined]  # a response


def test_a_forged_form_of_another_site_is_refused(scene: Scene) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(url("open", scene.birk)).status_code == 403
    assert Dispatch.objects.get(invitation__participant=scene.birk).opened_at is None


def test_what_is_typed_is_escaped(client: Client, scene: Scene) -> None:
    answer(client, scene.birk, **(COMING | {"delegate_name": "<script>x</script>", "text": "<b>bold</b>"}))
    page = client.get(url("home", scene.birk)).content.decode()
    assert "<script>x" not in page
    assert "<b>bold" not in page


# --- the waiver ---------------------------------------------------------------------------


def make_late(participant: Participant) -> Dispatch:
    Dispatch.objects.filter(invitation__participant=participant).update(
        due_at=timezone.now() - dt.timedelta(days=1)
    )
    return Dispatch.objects.get(invitation__participant=participant)


def test_a_late_paper_can_be_waived_by_link(client: Client, scene: Scene) -> None:
    paper = make_late(scene.birk)
    page = client.get(url("home", scene.birk)).content.decode()
    assert "The proposal came late" in page
    client.post(url("waive", scene.birk), {"paper": str(paper.pk)})
    paper.refresh_from_db()
    assert paper.waived_by == PersonalLink.objects.get(subject=scene.birk.pk).holder
    assert not paper.is_late
    assert "The proposal came late" not in client.get(url("home", scene.birk)).content.decode()


def test_nobody_waives_for_another_nor_what_is_in_time(client: Client, scene: Scene) -> None:
    theirs = make_late(scene.corn)
    assert client.post(url("waive", scene.birk), {"paper": str(theirs.pk)}).status_code == 404
    assert client.post(url("waive", scene.birk), {}).status_code == 404
    own = Dispatch.objects.get(invitation__participant=scene.birk)
    client.post(url("waive", scene.birk), {"paper": str(own.pk)})
    assert not Dispatch.objects.filter(waived_at__isnull=False).exists()
    with pytest.raises(Refusal, match="in good time"):
        replies.waive(dispatch=own, by="x", actor=Actor.portal())


# --- the calendar -----------------------------------------------------------------------------


def test_the_calendar_entry_is_the_one_that_was_mailed(client: Client, scene: Scene) -> None:
    response = client.get(url("calendar", scene.birk))
    parsed = Calendar.from_ical(response.content)
    event = parsed.events[0]
    assert response.headers["Content-Type"].startswith("text/calendar")
    assert (parsed["METHOD"], event["UID"]) == ("PUBLISH", f"{Meeting.objects.get().pk}@testserver")
    assert "ATTENDEE" not in event


# --- shut doors -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["home", "document", "reply", "calendar"])
def test_an_altered_link_is_unknown(client: Client, scene: Scene, name: str) -> None:
    token = token_of(scene.birk)
    altered = ("A" if token[0] != "A" else "B") + token[1:]
    response = client.get(reverse(f"personal:{name}", args=[altered]))
    assert response.status_code == 404
    page = response.content.decode()
    assert "This link does not open" in page
    assert "reply to that e-mail" in page
    assert "Birk" not in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expires_at": dt.datetime(2026, 1, 5, tzinfo=dt.UTC)}, "Monday 5 January 2026"),
        ({"revoked_at": dt.datetime(2026, 1, 5, tzinfo=dt.UTC)}, "has closed this link"),
    ],
)
@pytest.mark.parametrize("name", ["home", "document", "reply", "calendar"])
def test_an_ended_link_says_so_and_whom_to_ask(
    client: Client, scene: Scene, change: dict[str, dt.datetime], words: str, name: str
) -> None:
    address = url(name, scene.birk)
    PersonalLink.objects.filter(subject=scene.birk.pk).update(**change)
    response = client.get(address)
    assert response.status_code == 410
    page = response.content.decode()
    assert words in page
    assert "the person in Alder who wrote to you" in page
    assert scene.case.title not in page
    assert b"%PDF" not in response.content


def test_an_ended_link_changes_nothing(client: Client, scene: Scene) -> None:
    addresses = [url(name, scene.birk) for name in ("open", "waive", "reply")]
    PersonalLink.objects.update(revoked_at=timezone.now())
    before = snapshot()
    for address in addresses:
        assert client.post(address, COMING).status_code == 410
    assert snapshot() == before


def test_who_left_the_talks_finds_the_door_closed(client: Client, scene: Scene) -> None:
    address = url("home", scene.birk)
    participants.leave(
        participant=scene.birk, state=Participant.State.WITHDRAWN, reason="No.", actor=Actor.portal()
    )
    response = client.get(address)
    assert response.status_code == 410
    assert "no longer takes part" in response.content.decode()


def test_a_cancelled_meeting_says_why(client: Client, scene: Scene) -> None:
    planning.cancel_meeting(meeting=Meeting.objects.get(), reason="Snow.", actor=Actor.person(scene.focal))
    page = client.get(url("home", scene.birk)).content.decode()
    assert "does not take place" in page
    assert "Snow." in page
    assert "We do not come" not in page


def test_a_resting_case_takes_no_reply(client: Client, scene: Scene) -> None:
    Case.objects.update(state=Case.State.PARKED, parked_from=Case.State.INFORMAL_MEETING)
    response = answer(client, scene.birk, reply="not_coming")
    assert "rest for now" in response.content.decode()  # type: ignore[attr-defined]  # a response
    assert Invitation.objects.get(participant=scene.birk).reply == "none"
