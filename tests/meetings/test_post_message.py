"""One message of the post room: as it leaves, with its whole story, and nothing of its secret."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import documents, incidents, links
from imc_portal.core.models import Incident, PersonalLink
from imc_portal.core.outbox import story as outbox_story
from meetings.models import Dispatch, Invitation
from meetings.post import contents
from partners.models import Case
from tests.meetings import papers
from tests.meetings.mails import enclose, make_mail
from tests.meetings.papers import meeting_of
from tests.meetings.posted import client_of, listed, opened
from tests.meetings.scenes import Scene, make_scene, queries_of, sees

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    return make_scene(state=Case.State.INFORMAL_MEETING)


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
