"""The pages of the post room: every message of a case, found, counted, and read as it leaves."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import documents, incidents, links
from imc_portal.core.models import Incident, OutgoingEmail, PersonalLink
from imc_portal.core.outbox import story as outbox_story
from meetings.models import Dispatch, Invitation, Meeting
from meetings.post import contents, progress, room
from meetings.post.belonging import Belonging
from partners.models import Case
from tests import makers
from tests.meetings import papers
from tests.meetings.mails import NEEDS, enclose, make_mail
from tests.meetings.papers import meeting_of
from tests.meetings.scenes import Scene, make_scene, queries_of, sees

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(state=Case.State.INFORMAL_MEETING)


def address(case: Case, **query: str) -> str:
    return reverse("meetings:post", args=[case.pk]) + (
        "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
    )


def client_of(scene: Scene) -> Client:
    client = Client()
    client.force_login(scene.focal)
    return client


def listed(scene: Scene, **query: str) -> str:
    return client_of(scene).get(address(scene.case), query).content.decode()


def opened(scene: Scene, email: OutgoingEmail) -> str:
    return client_of(scene).get(reverse("meetings:message", args=[email.pk])).content.decode()


# --- the list ------------------------------------------------------------------------------------


def test_an_empty_room_says_what_will_stand_here(scene: Scene) -> None:
    page = listed(scene)
    assert "Nothing has been written yet" in page
    assert "<table" not in page
    assert "hx-get" not in page


def test_trouble_stands_on_top_with_what_to_do(scene: Scene) -> None:
    names = {state: make_mail(scene.case, state, subject=f"Subject {state}") for state in (*NEEDS, "queued")}
    page = listed(scene)
    places = {state: page.index(f"Subject {state}") for state in names}
    trouble = max(places[state] for state in ("failed", "unknown", "bounced"))
    assert trouble < min(places[state] for state in ("retry", "sending", "queued", "sent"))
    assert places["queued"] < places["sent"]
    assert "550 no such mailbox" in page
    assert "5.1.1 user unknown" in page
    assert reverse("meetings:message_again", args=[names["failed"].pk]) in page


def test_what_was_said_again_is_no_trouble_any_more(scene: Scene) -> None:
    bounced = make_mail(scene.case, "bounced", subject="Gone astray")
    make_mail(scene.case, "sent", again_of=bounced, again_because="New address.", subject="Once more")
    page = listed(scene)
    assert page.index("Once more") < page.index("Gone astray")
    assert "sent again as a new message" in page
    assert reverse("meetings:message_again", args=[bounced.pk]) not in page


def test_states_are_counted_and_filter(scene: Scene) -> None:
    for state in ("queued", "retry", "held", "failed", "bounced", "sent", "sent", "cancelled", "sending"):
        make_mail(scene.case, state, subject=f"Subject {state}")
    page = listed(scene)
    counts = dict(re.findall(r'">([A-Z][a-z ]+?) <span class="count">(\d+)</span>', page))
    assert counts == {
        "All": "9",
        "In trouble": "1",
        "Came back": "1",
        "Held back": "1",
        "Waiting": "2",
        "On its way": "1",
        "Sent": "2",
        "Cancelled": "1",
    }
    waiting = listed(scene, state="waiting")
    assert "Subject queued" in waiting
    assert "Subject retry" in waiting
    assert "Subject sent" not in waiting
    assert "Subject sent" in listed(scene, state="nonsense")


def test_a_state_is_an_icon_and_words(scene: Scene) -> None:
    for state in (*NEEDS, "queued", "held", "cancelled"):
        email = make_mail(scene.case, state)
        row = listed(scene, q=email.message_id)
        said = re.findall(r'post-state"><svg[^>]*aria-hidden="true".*?</svg>\s*<span>([^<]+)</span>', row)
        assert said == [str(email.get_state_display())]


def test_words_find_recipient_municipality_subject_and_message_id(scene: Scene) -> None:
    link = links.issue(purpose="participant", subject=scene.birk.pk, holder="x", language="en")
    email = make_mail(
        scene.case, to_name="Berta Birk", to_address="berta@birk.example", subject="Snow ploughs", link=link
    )
    make_mail(scene.case, subject="Something else")
    for words in ("berta", "BIRK.example", "plough", email.message_id, "Birk"):
        page = listed(scene, q=words)
        assert "Snow ploughs" in page, words
        assert "Something else" not in page, words
    assert "No message fits" in listed(scene, q="nowhere")


def test_a_percent_sign_is_a_sign_like_any_other(scene: Scene) -> None:
    make_mail(scene.case, subject="Plain")
    assert "Plain" not in listed(scene, q="%")


def test_messages_are_found_by_their_meeting() -> None:
    scene = papers.called()
    meeting = meeting_of(scene)
    make_mail(scene.case, subject="About no meeting")
    other = Meeting.objects.create(
        case=scene.case,
        kind="informal",
        host=scene.case.initiator,
        starts_at=timezone.now() + dt.timedelta(days=50),
        ends_at=timezone.now() + dt.timedelta(days=50, hours=1),
        time_zone="Europe/Paris",
        place="Elsewhere",
        state="cancelled",
        cancelled_because="Snow",
    )
    make_mail(scene.case, key=f"meeting:{other.pk}/change:1/to:{scene.birk.pk}", subject="The other one")
    page = listed(scene, meeting=str(meeting.pk))
    assert page.count('id="m-') == 2
    assert "The other one" not in page
    assert "About no meeting" not in page
    assert "The other one" in listed(scene, meeting=str(other.pk))


def test_a_message_knows_its_meeting_and_its_municipality_by_its_key(scene: Scene) -> None:
    meeting = Meeting.objects.create(
        case=scene.case,
        kind="informal",
        host=scene.case.initiator,
        starts_at=timezone.now(),
        ends_at=timezone.now() + dt.timedelta(hours=1),
        time_zone="Europe/Paris",
        place="Here",
    )
    belonging = Belonging.of(scene.case)
    email = make_mail(scene.case, key=f"meeting:{meeting.pk}/version:none/to:{scene.corn.pk}/again:1")
    assert belonging.meeting_of(email) == meeting
    assert belonging.participant_of(email) == scene.corn
    guest = make_mail(scene.case, key="receiver:somebody")
    assert belonging.meeting_of(guest) is None
    assert belonging.participant_of(guest) is None


def test_pages_keep_the_filter(scene: Scene) -> None:
    for _number in range(room.PER_PAGE + 1):
        make_mail(scene.case, "sent", subject="Snow")
    page = listed(scene, q="Snow", state="sent")
    assert page.count('id="m-') == room.PER_PAGE
    assert "q=Snow" in page
    assert "state=sent" in page
    assert "page=2" in page
    second = listed(scene, q="Snow", state="sent", page="2")
    assert second.count('id="m-') == 1
    assert listed(scene, page="x").count('id="m-') == room.PER_PAGE


def test_the_list_looks_again_by_itself_while_something_is_on_its_way(scene: Scene) -> None:
    email = make_mail(scene.case, "queued")
    page = listed(scene, state="waiting")
    assert 'hx-trigger="every 4s"' in page
    assert f'hx-get="{address(scene.case)}?state=waiting"' in page
    # Words that somebody types must not be lost: the form stands outside of what is replaced.
    assert page.index('name="q"') < page.index('id="post-room"')
    OutgoingEmail.objects.filter(pk=email.pk).update(state="held")
    assert "hx-get" not in listed(scene)


def test_a_list_asks_the_same_for_one_and_three(scene: Scene) -> None:
    client = client_of(scene)
    link = links.issue(purpose="participant", subject=scene.birk.pk, holder="x", language="en")
    make_mail(scene.case, "failed", link=link)
    one = queries_of(client, address(scene.case))
    for state in ("failed", "sent", "held"):
        make_mail(scene.case, state, link=link)
    assert queries_of(client, address(scene.case)) == one


def test_other_cases_and_private_messages_stay_out(scene: Scene) -> None:
    other = makers.make_case(title="Another case")
    make_mail(other, subject="Of another case")
    make_mail(scene.case, context="interest:1", subject="Of no case")
    page = listed(scene)
    assert "Of another case" not in page
    assert "Of no case" not in page


def test_a_message_of_no_case_has_no_page(scene: Scene) -> None:
    for context in ("", "interest:1", "case:", "case:nobody", f"case:{scene.case.pk}x"):
        email = make_mail(scene.case, context=context)
        assert sees(scene.focal, "message", email.pk)[0] == 404


# --- one message -----------------------------------------------------------------------------------


def test_a_message_is_shown_as_it_leaves_but_for_the_secret_of_its_link() -> None:
    scene = papers.called()
    email = Dispatch.objects.get(invitation__participant=scene.birk).email
    assert email is not None
    page = opened(scene, email)
    for words in (email.message_id, email.to_address, email.reply_to, "auto-generated"):
        assert words.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "What is in it for Birk" in page
    assert "the-recipients-own-link" in page
    framed = client_of(scene).get(reverse("meetings:message_html", args=[email.pk])).content.decode()
    assert "What is in it for Birk" in framed
    token = links.token_of(PersonalLink.objects.get(subject=scene.birk.pk))
    for shown in (page, framed):
        assert token not in shown
        assert links.PLACEHOLDER not in shown


def test_the_old_address_of_a_letter_leads_to_its_message() -> None:
    scene = papers.called()
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    client = client_of(scene)
    answer = client.get(reverse("meetings:letter", args=[paper.pk]))
    assert answer.headers["Location"] == reverse("meetings:message", args=[paper.email_id])
    Dispatch.objects.filter(pk=paper.pk).update(email=None, problem="No recipient is chosen.")
    assert "No recipient is chosen." in client.get(answer.wsgi_request.path).content.decode()


def test_the_frame_can_do_nothing_but_show(scene: Scene) -> None:
    email = make_mail(
        scene.case, html="<html><head><style>p { color: red }</style></head><body><p>Hello</p></body></html>"
    )
    page = opened(scene, email)
    assert re.search(r"<iframe[^>]* sandbox></iframe>", page)
    answer = client_of(scene).get(reverse("meetings:message_html", args=[email.pk]))
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert policy.endswith("sandbox")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    none = make_mail(scene.case)
    assert sees(scene.focal, "message_html", none.pk)[0] == 404


def test_words_of_a_message_never_become_markup_of_our_page(scene: Scene) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    email = make_mail(
        scene.case, "failed", subject=nasty, text=nasty, to_name=nasty, last_error=nasty, again_because=""
    )
    outbox_story.note(email.pk, "refused", detail=nasty, who=nasty)
    for page in (opened(scene, email), listed(scene), sees(scene.focal, "message_again", email.pk)[1]):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_words_from_right_to_left_stand_right(scene: Scene) -> None:
    email = make_mail(scene.case, language="ar", text="مرحبا", subject="دعوة")
    page = opened(scene, email)
    assert 'lang="ar" dir="rtl">مرحبا' in page


def test_files_have_name_size_checksum_and_come_as_they_are(scene: Scene) -> None:
    email = make_mail(scene.case)
    file = enclose(email, b"0123456789", "note é.txt")
    page = opened(scene, email)
    assert "note é.txt" in page
    assert "10\xa0bytes" in page
    assert file.sha256 in page
    answer = client_of(scene).get(reverse("meetings:message_file", args=[email.pk, 0]))
    assert answer.content == b"0123456789"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Checksum-SHA256"] == file.sha256
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client_of(scene).get(reverse("meetings:message_file", args=[email.pk, 1])).status_code == 404


def test_the_calendar_entry_is_told_in_words() -> None:
    scene = papers.called()
    email = Dispatch.objects.get(invitation__participant=scene.birk).email
    assert email is not None
    page = opened(scene, email)
    assert "Puts an entry into the calendar and asks for a reply" in page
    assert "Town hall, Alder" in page
    assert "(time in Paris)" in page
    entry = next(one.entry for one in contents.read(email).files if one.entry)
    assert f"{meeting_of(scene).local_start:%H:%M}" in entry.when


def test_an_entry_nobody_can_read_is_a_file_like_others(scene: Scene) -> None:
    email = make_mail(scene.case)
    enclose(email, b"BEGIN:NONSENSE", "invitation.ics", "text/calendar; method=REQUEST")
    assert "invitation.ics" in opened(scene, email)


@pytest.mark.parametrize("damage", ["altered", "missing"])
def test_a_damaged_document_is_told_and_never_handed_out(scene: Scene, damage: str) -> None:
    email = make_mail(scene.case, text="The words are there")
    name, digest = documents.store("test/paper.pdf", b"%PDF-1.7 as it was")
    enclose(email, b"x", "paper.pdf", "application/pdf")
    email.attachments.update(content=None, document_name=name, sha256=digest)
    file = Path(settings.STORAGES["documents"]["OPTIONS"]["location"]) / name
    if damage == "altered":
        file.write_bytes(b"%PDF-1.7 forged")
    else:
        file.unlink()
    page = opened(scene, email)
    assert "A document of this message is damaged" in page
    assert "The words are there" in page
    answer = client_of(scene).get(reverse("meetings:message_file", args=[email.pk, 0]))
    assert answer.status_code == 503
    assert b"forged" not in answer.content
    assert "we do not hand it out" in answer.content.decode()
    told = incidents.open_ones().get()
    assert told.kind == (
        Incident.Kind.DOCUMENT_ALTERED if damage == "altered" else Incident.Kind.DOCUMENT_MISSING
    )
    assert told.context == scene.case.context


def test_the_story_is_told_in_order_with_the_words_of_others() -> None:
    scene = papers.called()
    paper = Dispatch.objects.select_related("email").get(invitation__participant=scene.birk)
    email, now = paper.email, timezone.now()
    assert email is not None
    at = [now + dt.timedelta(minutes=n) for n in range(1, 8)]
    note = outbox_story.note
    note(email.pk, "held", who="Anna Alder", detail="Is the figure right?", at=at[0])
    note(email.pk, "released", who="Lea Alder", at=at[1])
    note(email.pk, "claimed", attempt=1, at=at[2])
    note(email.pk, "postponed", attempt=1, detail="451 greylisted", at=at[3])
    note(email.pk, "accepted", attempt=2, detail="mx.birk.example: 250 OK queued as 77", at=at[4])
    Dispatch.objects.filter(pk=paper.pk).update(opened_at=at[5])
    Invitation.objects.filter(pk=paper.invitation_id).update(
        reply="coming", replied_at=at[6], reply_text="With pleasure"
    )
    page = opened(scene, email)
    told = [
        *("The document was rendered", "Queued", "Held back", "Is the figure right?", "Anna Alder"),
        *("Released", "Lea Alder", "Taken for sending, attempt 1", "451 greylisted"),
        *("250 OK queued as 77", "The paper was opened", "With pleasure"),
    ]
    timeline = page[page.index('<ol class="timeline">') :]
    places = [timeline.index(words) for words in told]
    assert places == sorted(places)


def test_a_message_and_what_says_it_again_lead_to_each_other(scene: Scene) -> None:
    first = make_mail(scene.case, "bounced")
    second = make_mail(scene.case, again_of=first, again_because="The address was wrong.")
    assert reverse("meetings:message", args=[second.pk]) in opened(scene, first)
    page = opened(scene, second)
    assert reverse("meetings:message", args=[first.pk]) in page
    assert "The address was wrong." in page


@pytest.mark.parametrize(
    ("state", "asks", "live"),
    [("queued", True, True), ("unknown", False, True), ("unknown", True, False), ("sent", False, False)],
)
def test_a_message_is_watched_while_something_happens_by_itself(
    scene: Scene, state: str, asks: bool, live: bool
) -> None:
    page = opened(scene, make_mail(scene.case, state, ask_first=asks))
    assert ('hx-get="' in page) is live
    assert ("htmx-2.min" in page) is live


def test_a_page_of_a_message_asks_the_same_for_one_and_three(scene: Scene) -> None:
    email = make_mail(scene.case, "failed")
    enclose(email, b"1", "1.txt")
    client, url = client_of(scene), reverse("meetings:message", args=[email.pk])
    one = queries_of(client, url)
    for number in range(2):
        enclose(email, b"1", f"{number}.txt")
        outbox_story.note(email.pk, "postponed", attempt=number)
        make_mail(scene.case, again_of=email, again_because="x")
    assert queries_of(client, url) == one


# --- how far a dispatch has come --------------------------------------------------------------------


def test_a_dispatch_names_what_is_missing_at_each_stage() -> None:
    scene = papers.build(guests=3)
    found = progress.of_case(scene.case)
    assert found is not None
    assert [(stage.label, stage.done, stage.total) for stage in found.stages] == [
        ("Approved", 0, 3),
        ("Rendered", 0, 3),
        ("Queued", 0, 3),
        ("Sent", 0, 3),
    ]
    assert found.stages[0].missing == "missing: Birk, Corn, Dorp 0"
    assert found.stages[1].missing == ""
    papers.approve_draft(scene)
    papers.tick()
    OutgoingEmail.objects.filter(to_name=scene.birk.contact.name).update(  # type: ignore[union-attr]  # has one
        state="sent", sent_at=timezone.now()
    )
    found = progress.of_case(scene.case)
    assert found is not None
    assert [stage.done for stage in found.stages] == [3, 3, 3, 1]
    assert found.stages[-1].missing == "missing: Corn, Dorp 0"
    for page in (listed(scene), sees(scene.focal, "delivery", meeting_of(scene).pk)[1]):
        assert "missing: Corn, Dorp 0" in page
        assert "1 of 3" in page


def test_many_names_are_counted() -> None:
    scene = papers.build(guests=7)
    found = progress.of_case(scene.case)
    assert found is not None
    assert found.stages[0].missing.endswith("and 2 more")


# --- ways in ----------------------------------------------------------------------------------------


def test_the_ways_in_are_for_those_inside() -> None:
    scene = papers.called()
    room_of_case, meeting = address(scene.case), meeting_of(scene)
    case_page = reverse("partners:case", args=[scene.case.pk])
    for user, inside in ((scene.reader, True), (scene.guest, False), (scene.observer, False)):
        client = Client()
        client.force_login(user)
        assert (room_of_case in client.get(case_page).content.decode()) is inside
        assert (room_of_case in sees(user, "meeting", meeting.pk)[1]) is inside
    assert room_of_case in sees(scene.focal, "delivery", meeting.pk)[1]


def test_readers_look_and_do_nothing(scene: Scene) -> None:
    failed = make_mail(scene.case, "failed")
    make_mail(scene.case, "held")
    client = Client()
    client.force_login(scene.reader)
    page = client.get(address(scene.case)).content.decode()
    assert "/hold/" not in page
    assert "/release/" not in page
    assert "/again/" not in page
    assert "/again/" not in sees(scene.reader, "message", failed.pk)[1]


@pytest.mark.parametrize("who", ["guest", "guest_lead", "stranger", "observer", "facilitator"])
def test_nobody_else_finds_a_post_room(scene: Scene, who: str) -> None:
    email = make_mail(scene.case, html="<p>x</p>")
    enclose(email, b"x", "x.txt")
    client = Client()
    client.force_login(getattr(scene, who))
    assert client.get(address(scene.case)).status_code == 404
    for name in ("message", "message_html", "message_again", "message_hold"):
        assert client.get(reverse(f"meetings:{name}", args=[email.pk])).status_code == 404
    assert client.get(reverse("meetings:message_file", args=[email.pk, 0])).status_code == 404
