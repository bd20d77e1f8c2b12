"""What a person does with messages: hold, release, cancel, say again, settle; twice, and two at once."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import links, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, EmailEvent, OutgoingEmail, UndeliverableAddress
from imc_portal.core.problems import Refusal
from meetings.models import Dispatch
from meetings.services import anew, resending
from partners.models import Case
from tests import makers
from tests.meetings import papers
from tests.meetings.mails import enclose, make_mail
from tests.meetings.scenes import Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    return make_scene(state=Case.State.INFORMAL_MEETING)


@pytest.fixture
def client(scene: Scene) -> Client:
    client = Client()
    client.force_login(scene.focal)
    return client


def url(name: str, email: OutgoingEmail) -> str:
    return reverse(f"meetings:message_{name}", args=[email.pk])


def state_of(email: OutgoingEmail) -> str:
    return OutgoingEmail.objects.values_list("state", flat=True).get(pk=email.pk)


def last(email: OutgoingEmail) -> EmailEvent:
    return EmailEvent.objects.filter(email=email).latest("id")


def to_birk(scene: Scene, state: str, **fields: object) -> OutgoingEmail:
    """A message to the mayor of Birk with the personal link."""
    contact = scene.birk.contact
    assert contact is not None
    link = links.issue(purpose="participant", subject=scene.birk.pk, holder=str(contact), language="en")
    return make_mail(scene.case, state, to_address=contact.email, to_name=contact.name, link=link, **fields)


# --- hold, release, cancel -------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["queued", "retry"])
def test_what_waits_is_held_back_with_the_reason_on_record(scene: Scene, client: Client, state: str) -> None:
    email = make_mail(scene.case, state)
    assert client.get(url("hold", email)).status_code == 200
    assert state_of(email) == state
    assert client.post(url("hold", email), {"reason": " "}).status_code == 422
    assert state_of(email) == state
    answer = client.post(url("hold", email), {"reason": "The figure is wrong."})
    assert answer.status_code == 302
    assert state_of(email) == "held"
    assert (last(email).kind, last(email).detail, last(email).who) == (
        "held",
        "The figure is wrong.",
        "Anna Alder",
    )
    assert AuditEntry.objects.get(verb="held back an e-mail").reason == "The figure is wrong."


def test_what_is_held_is_shown_before_it_leaves(scene: Scene, client: Client) -> None:
    email = make_mail(scene.case, "held", text="Exactly these words")
    page = client.get(url("release", email)).content.decode()
    assert "Exactly these words" in page
    assert "cannot be called back" in page
    assert state_of(email) == "held"
    page = client.post(url("release", email), follow=True).content.decode()
    assert "The message is released" in page
    assert state_of(email) == "queued"


@pytest.mark.parametrize("state", ["held", "queued", "retry"])
def test_what_is_cancelled_never_leaves(scene: Scene, client: Client, state: str) -> None:
    email = make_mail(scene.case, state)
    assert client.post(url("cancel", email), {"reason": ""}).status_code == 422
    client.post(url("cancel", email), {"reason": "Written twice."})
    assert state_of(email) == "cancelled"
    assert last(email).detail == "Written twice."


@pytest.mark.parametrize(
    ("name", "state"), [("hold", "sent"), ("hold", "held"), ("release", "queued"), ("cancel", "sent")]
)
def test_a_second_click_does_nothing_and_says_so(scene: Scene, client: Client, name: str, state: str) -> None:
    email = make_mail(scene.case, state)
    told = EmailEvent.objects.count()
    page = client.post(url(name, email), {"reason": "Because"}, follow=True).content.decode()
    assert "Nothing was left to do" in page
    assert state_of(email) == state
    assert EmailEvent.objects.count() == told


def test_after_an_act_the_list_is_as_it_was(scene: Scene, client: Client) -> None:
    email = make_mail(scene.case, "held")
    there = reverse("meetings:post", args=[scene.case.pk]) + "?state=held&q=Reader&page=2"
    page = client.get(url("release", email), {"next": there}).content.decode()
    assert there.replace("&", "&amp;") in page
    answer = client.post(url("release", email), {"next": there})
    assert answer.headers["Location"] == there
    for elsewhere in ("https://evil.example/", "//evil.example/", "evil", "javascript:alert(1)"):
        away = client.post(url("release", email), {"next": elsewhere})
        assert away.headers["Location"] == reverse("meetings:message", args=[email.pk])


# --- all at once -------------------------------------------------------------------------------------


def test_all_that_wait_are_held_after_a_look_at_how_many(scene: Scene, client: Client) -> None:
    waiting = [make_mail(scene.case, state) for state in ("queued", "retry", "queued")]
    sent, other = make_mail(scene.case, "sent"), make_mail(makers.make_case(title="Another"), "queued")
    there = reverse("meetings:post_hold", args=[scene.case.pk])
    assert "3 messages wait" in client.get(there).content.decode()
    assert client.post(there, {"reason": ""}).status_code == 422
    page = client.post(there, {"reason": "Wait for the council."}, follow=True).content.decode()
    assert "3 messages are held back." in page
    assert {state_of(email) for email in waiting} == {"held"}
    assert (state_of(sent), state_of(other)) == ("sent", "queued")
    assert "Nothing to do" in client.get(there).content.decode()


def test_what_the_filter_leaves_out_stays_as_it_is(scene: Scene, client: Client) -> None:
    snow, rain = (make_mail(scene.case, "held", subject=word) for word in ("Snow", "Rain"))
    room = reverse("meetings:post", args=[scene.case.pk])
    there = reverse("meetings:post_release", args=[scene.case.pk]) + f"?q=snow&next={room}%3Fq%3Dsnow"
    page = client.get(there).content.decode()
    assert "1 message is held back" in page
    assert "Only what your filter shows is meant." in page
    answer = client.post(there)
    assert answer.headers["Location"] == f"{room}?q=snow"
    assert (state_of(snow), state_of(rain)) == ("queued", "held")


# --- say again -----------------------------------------------------------------------------------------


def test_a_message_is_said_again_as_a_new_one_to_a_contact(scene: Scene, client: Client) -> None:
    email = to_birk(scene, "bounced", text="Hello")
    enclose(email, b"x", "x.txt")
    clerk = makers.make_contact(
        scene.birk.municipality, office="registry", name="Carla Clerk", email="clerk@birk.example"
    )
    page = client.get(url("again", email)).content.decode()
    assert "This is a new message" in page
    assert "Carla Clerk" in page
    assert f"stays that of {scene.birk.contact}" in page
    answer = client.post(
        url("again", email),
        {"to_address": clerk.email, "reason": "The mayor's mailbox is full.", "seen": "0"},
    )
    again = OutgoingEmail.objects.get(again_of=email)
    assert answer.headers["Location"] == reverse("meetings:message", args=[again.pk])
    assert (again.to_address, again.state, again.text) == (clerk.email, "queued", "Hello")
    assert again.thread_id == email.message_id
    assert again.message_id != email.message_id
    assert again.again_because == "The mayor's mailbox is full."
    assert again.attachments.get().filename == "x.txt"
    assert again.to_name == "Carla Clerk"
    assert state_of(email) == "bounced"


def test_only_contacts_of_the_municipality_can_be_chosen(scene: Scene, client: Client) -> None:
    email = to_birk(scene, "failed")
    corn = scene.corn.contact
    assert corn is not None
    gone = makers.make_contact(
        scene.birk.municipality,
        name="Former Mayor",
        email="former@birk.example",
        term_end=timezone.now().date().replace(year=2020),
        term_start=None,
    )
    page = client.get(url("again", email)).content.decode()
    for address in (corn.email, gone.email, "evil@example.com"):
        assert address not in page
        data = {"to_address": address, "reason": "Because", "seen": "0"}
        assert client.post(url("again", email), data).status_code == 422
        with pytest.raises(Refusal, match="not among the contacts"), transaction.atomic():
            resending.say_again(
                email=email,
                participant=scene.birk,
                to_address=address,
                seen=0,
                actor=Actor.person(scene.focal),
                reason="Because",
            )
    assert not OutgoingEmail.objects.filter(again_of=email).exists()


def test_who_sits_beside_the_table_gets_it_at_the_same_address_alone(scene: Scene, client: Client) -> None:
    email = make_mail(scene.case, "failed", key="receiver:1", to_address="lawyer@example.org")
    data = {"reason": "Because", "seen": "0"}
    assert client.post(url("again", email), data | {"to_address": "x@example.org"}).status_code == 422
    assert client.post(url("again", email), data | {"to_address": "lawyer@example.org"}).status_code == 302


def test_two_clicks_or_two_people_make_one_message(scene: Scene, client: Client) -> None:
    email = to_birk(scene, "failed")
    data = {"to_address": email.to_address, "reason": "Mended.", "seen": "0"}
    assert client.post(url("again", email), data).status_code == 302
    late = client.post(url("again", email), data)
    assert late.status_code == 422
    assert "sent again already" in late.content.decode()
    assert OutgoingEmail.objects.filter(again_of=email).count() == 1
    # Who has seen that it was said again may say it once more.
    assert client.post(url("again", email), data | {"seen": "1"}).status_code == 302
    assert OutgoingEmail.objects.filter(again_of=email).count() == 2


def test_a_paper_that_did_not_arrive_travels_with_the_new_message() -> None:
    scene = papers.called()
    paper = Dispatch.objects.select_related("email").get(invitation__participant=scene.birk)
    email = paper.email
    assert email is not None
    OutgoingEmail.objects.filter(pk=email.pk).update(
        state="bounced", bounced_at=timezone.now(), last_error="gone"
    )
    actor = Actor.person(scene.focal)
    clerk = makers.make_contact(scene.birk.municipality, office="registry", email="clerk@birk.example")
    again = resending.say_again(
        email=email, participant=scene.birk, to_address=clerk.email, seen=0, actor=actor, reason="Try"
    )
    anew.mend(timezone.now())
    paper.refresh_from_db()
    # It goes where the person wanted, although papers go to the mayor.
    assert state_of(again) == "queued"
    assert paper.email == again
    OutgoingEmail.objects.filter(pk=again.pk).update(state="sent", sent_at=timezone.now())
    third = resending.say_again(
        email=again, participant=scene.birk, to_address=email.to_address, seen=0, actor=actor, reason="Lost"
    )
    anew.mend(timezone.now())
    paper.refresh_from_db()
    # What had arrived keeps its time: saying it again makes nothing late.
    assert paper.email == again
    client = Client()
    client.force_login(scene.focal)
    for one in (email, again, third):
        page = client.get(reverse("meetings:message", args=[one.pk])).content.decode()
        assert "The document was rendered" in page


def test_a_closed_link_is_not_sent_again(scene: Scene, client: Client) -> None:
    email = to_birk(scene, "failed")
    assert email.link is not None
    links.revoke(link=email.link, actor=Actor.portal())
    page = client.get(url("again", email)).content.decode()
    assert "does not open any more" in page
    assert "Send this new message" not in page
    data = {"to_address": email.to_address, "reason": "Because", "seen": "0"}
    assert client.post(url("again", email), data).status_code == 422
    assert not OutgoingEmail.objects.filter(again_of=email).exists()


def test_an_address_that_sent_mail_back_is_barred_until_somebody_lifts_it(
    scene: Scene, client: Client
) -> None:
    email = to_birk(scene, "sent")
    outbox.came_back(
        email=email, report_id="1", at=timezone.now(), address=email.to_address, detail="5.1.1 unknown"
    )
    message = reverse("meetings:message", args=[email.pk])
    assert "Nothing goes to this address" in client.get(message).content.decode()
    data = {"to_address": email.to_address, "reason": "Because", "seen": "0"}
    refused = client.post(url("again", email), data)
    assert refused.status_code == 422
    assert "5.1.1 unknown" in refused.content.decode()
    assert client.post(url("lift", email), {"reason": ""}).status_code == 422
    client.post(url("lift", email), {"reason": "The mayor called: the mailbox works."})
    barred = UndeliverableAddress.objects.get()
    assert (barred.lifted_by, barred.lifted_because) == ("Anna Alder", "The mayor called: the mailbox works.")
    assert "Nothing goes to this address" not in client.get(message).content.decode()
    assert client.post(url("again", email), data).status_code == 302


@pytest.mark.parametrize("state", ["queued", "held", "retry", "sending"])
def test_what_has_not_left_is_not_said_again(scene: Scene, client: Client, state: str) -> None:
    email = to_birk(scene, state)
    assert "It has not left yet" in client.get(url("again", email)).content.decode()
    data = {"to_address": email.to_address, "reason": "Because", "seen": "0"}
    assert client.post(url("again", email), data).status_code == 422
    assert not OutgoingEmail.objects.filter(again_of=email).exists()


# --- settle --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "state", "ask"), [("yes", "sent", True), ("no", "unknown", False)])
def test_a_person_says_what_became_of_it(
    scene: Scene, client: Client, said: str, state: str, ask: bool
) -> None:
    email = make_mail(scene.case, "unknown", ask_first=True)
    assert (
        reverse("meetings:message_settle", args=[email.pk])
        in client.get(reverse("meetings:message", args=[email.pk])).content.decode()
    )
    assert client.post(url("settle", email), {"delivered": "", "reason": "x"}).status_code == 422
    assert client.post(url("settle", email), {"delivered": said, "reason": ""}).status_code == 422
    client.post(url("settle", email), {"delivered": said, "reason": "I asked by telephone."})
    email.refresh_from_db()
    assert (email.state, email.ask_first) == (state, ask)
    assert "I asked by telephone." in last(email).detail
    again = client.post(url("settle", email), {"delivered": "yes", "reason": "x"})
    assert again.status_code == (422 if said == "yes" else 302)


# --- who may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hold", "release", "cancel", "again", "settle", "lift"])
def test_readers_may_not_act_and_others_find_nothing(scene: Scene, name: str) -> None:
    email = make_mail(scene.case, "held")
    for user, status in ((scene.reader, 403), (scene.guest_lead, 404), (scene.stranger, 404)):
        client = Client()
        client.force_login(user)
        assert client.post(url(name, email), {"reason": "x"}).status_code == status
        assert client.get(url(name, email)).status_code == status
    assert state_of(email) == "held"


def test_in_a_closed_case_one_reads_and_does_nothing(scene: Scene, client: Client) -> None:
    email = make_mail(scene.case, "failed")
    Case.objects.filter(pk=scene.case.pk).update(state="closed")
    page = client.get(reverse("meetings:message", args=[email.pk])).content.decode()
    assert url("again", email) not in page
    assert client.get(url("again", email)).status_code == 403
