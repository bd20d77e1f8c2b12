"""Whoever runs a case is told what went wrong, once, with the one thing to do; the rest goes on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import incidents, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import Incident, OutgoingEmail, PersonalLink
from meetings import notices, postroom, troubles
from meetings.models import CaseRules, Dispatch, Meeting, MeetingPaper, ToldTrouble
from meetings.services import organiser
from partners.models import Case, OfficeHolder, Participant
from tests import makers
from tests.meetings import papers
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """Called, papers sent."""
    made = papers.called()
    papers.leave()
    return made


def tell(scene: Scene) -> list[OutgoingEmail]:
    before = set(OutgoingEmail.objects.values_list("pk", flat=True))
    count = organiser.tell_due(now=timezone.now())
    new = list(OutgoingEmail.objects.exclude(pk__in=before).order_by("key"))
    assert len(new) == count
    assert {mail.to_address for mail in new} <= {scene.focal.email}
    return new


def letter_to(participant: Participant) -> OutgoingEmail:
    mail = Dispatch.objects.get(invitation__participant=participant).email
    assert mail is not None
    return mail


def home(scene: Scene) -> str:
    client = Client()
    client.force_login(scene.focal)
    return client.get("/").content.decode()


def room(scene: Scene) -> str:
    client = Client()
    client.force_login(scene.focal)
    return client.get(reverse("meetings:delivery", args=[papers.meeting_of(scene).pk])).content.decode()


def bounce(participant: Participant) -> OutgoingEmail:
    mail = letter_to(participant)
    outbox.came_back(
        email=mail,
        report_id=f"r-{mail.pk}",
        at=timezone.now(),
        address=mail.to_address,
        detail="5.1.1 unknown",
    )
    mail.refresh_from_db()
    assert mail.state == "bounced"
    return mail


def test_when_all_is_well_nobody_is_told(scene: Scene) -> None:
    assert tell(scene) == []


def test_a_bounce_is_told_once_and_shown_with_what_to_do(scene: Scene) -> None:
    mail = bounce(scene.birk)
    [told] = tell(scene)
    assert told.key == f"notice:{mail.pk}:bounced"
    assert "came back" in told.text
    assert reverse("partners:contacts", args=[scene.case.pk]) in told.text
    assert "Correct the contact" in told.text
    assert told.link is None
    assert tell(scene) == []
    for page in (home(scene), room(scene)):
        assert "came back" in page
        assert "Correct the contact" in page
    assert letter_to(scene.corn).state == "sent"


def test_after_a_bounce_the_corrected_address_gets_a_new_message_and_the_old_one_stays(scene: Scene) -> None:
    old = bounce(scene.birk)
    link = old.link
    OfficeHolder.objects.filter(pk=scene.birk.contact_id or "").update(email="right@example.org")
    papers.tick()
    new = letter_to(scene.birk)
    assert (new.to_address, new.again_of, new.state) == ("right@example.org", old, "queued")
    assert new.again_because
    assert new.message_id != old.message_id
    assert new.link == link, "the same person keeps the link"
    assert [file.document_name for file in new.attachments.all()] == [
        file.document_name for file in old.attachments.all()
    ]
    old.refresh_from_db()
    assert (old.state, old.to_address != new.to_address) == ("bounced", True)
    papers.leave()
    assert postroom_trouble(scene) == []
    papers.tick()
    assert OutgoingEmail.objects.filter(to_address="right@example.org").count() == 1


def test_after_a_bounce_another_recipient_gets_a_link_of_its_own(scene: Scene) -> None:
    old = bounce(scene.birk)
    other = makers.make_contact(scene.birk.municipality)
    Participant.objects.filter(pk=scene.birk.pk).update(contact=other)
    papers.tick()
    new = letter_to(scene.birk)
    assert new.to_address == other.email
    assert new.link != old.link
    assert old.link is not None
    assert PersonalLink.objects.get(pk=old.link.pk).revoked_at is not None


def postroom_trouble(scene: Scene) -> list[str]:
    return [line.trouble.text for line in postroom.lines(papers.meeting_of(scene)) if line.trouble]


def test_a_barred_address_is_named_lifted_and_then_written_to(scene: Scene) -> None:
    bounce(scene.birk)
    papers.approve(papers.draft(scene, number=2), scene)
    papers.tick()
    assert any("came back" in text for text in postroom_trouble(scene))
    assert letter_to_newest(scene) is None
    [told] = tell(scene)
    assert told.text.count("came back") >= 2, "the letter that came back, and the one that cannot be written"
    contact = scene.birk.contact
    assert contact is not None
    outbox.lift(address=contact.email, actor=Actor.person(scene.focal), reason="The mailbox is open again.")
    papers.tick()
    mail = letter_to_newest(scene)
    assert mail is not None
    assert mail.to_address == contact.email


def letter_to_newest(scene: Scene) -> OutgoingEmail | None:
    rows = Dispatch.objects.filter(invitation__participant=scene.birk).order_by("-document__version__number")
    return rows[0].email


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": ""}, "no valid e-mail address"),
        ({"email": "not an address"}, "no valid e-mail address"),
        ({"term_end": dt.date(2026, 11, 1)}, "held the office until"),
        ({"term_start": dt.date(2099, 1, 1)}, "takes office on"),
    ],
)
def test_who_cannot_be_written_to_is_named_and_the_others_go_on(
    change: dict[str, object], words: str
) -> None:
    scene = papers.build()
    OfficeHolder.objects.filter(pk=scene.birk.contact_id or "").update(**change)
    papers.call(scene)
    papers.leave()
    [told] = tell(scene)
    assert words in told.text
    assert tell(scene) == []
    assert words in home(scene)
    assert letter_to(scene.corn).state == "sent"


def test_papers_with_a_former_recipient_are_offered_to_the_new_one(scene: Scene) -> None:
    other = makers.make_contact(scene.birk.municipality, name="Nora New")
    Participant.objects.filter(pk=scene.birk.pk).update(contact=other)
    papers.tick()
    old = letter_to(scene.birk)
    assert old.state == "sent", "nothing is sent without being asked for"
    [told] = tell(scene)
    assert "Nora New" in told.text
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    address = reverse("meetings:send_to", args=[paper.pk])
    assert address in told.text
    assert address in room(scene)
    client = Client()
    client.force_login(scene.focal)
    assert "Nora New" in client.get(address).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "New mayor"}).status_code == 302
    new = OutgoingEmail.objects.get(to_address=other.email)
    assert (new.again_of, new.link != old.link) == (old, True)
    papers.leave()
    paper.refresh_from_db()
    assert paper.email == old, "it arrived when it arrived"
    assert postroom_trouble(scene) == []
    assert tell(scene) == []
    assert client.post(address, {"reason": "Again"}).status_code == 422
    assert OutgoingEmail.objects.filter(to_address=other.email).count() == 1


def test_a_term_that_ends_before_the_meeting_is_told(scene: Scene) -> None:
    end = timezone.localdate() + dt.timedelta(days=4)
    OfficeHolder.objects.filter(pk=scene.birk.contact_id or "").update(term_end=end)
    [told] = tell(scene)
    assert "ends on" in told.text
    assert tell(scene) == []


@pytest.mark.parametrize(
    ("fields", "ask_first", "words"),
    [
        ({"state": "failed", "last_error": "550 no such user"}, False, "did not arrive"),
        ({"state": "unknown", "last_error": "?"}, True, "not known whether"),
    ],
)
def test_what_failed_or_nobody_knows_is_told(
    scene: Scene, fields: dict[str, object], ask_first: bool, words: str
) -> None:
    mail = letter_to(scene.birk)
    OutgoingEmail.objects.filter(pk=mail.pk).update(ask_first=ask_first, sent_at=None, **fields)
    [told] = tell(scene)
    assert told.key == f"notice:{mail.pk}:{fields['state']}"
    assert words in told.text
    assert words in home(scene)


def test_what_is_sent_once_more_by_itself_troubles_nobody(scene: Scene) -> None:
    mail = letter_to(scene.birk)
    OutgoingEmail.objects.filter(pk=mail.pk).update(state="unknown", last_error="?", sent_at=None)
    assert tell(scene) == []


def test_what_was_given_up_leads_to_sending_it_once_more(scene: Scene) -> None:
    mail = letter_to(scene.birk)
    OutgoingEmail.objects.filter(pk=mail.pk).update(state="failed", last_error="451 later", sent_at=None)
    outbox.story.note(mail.pk, "given_up", detail="Due time passed")
    Dispatch.objects.filter(email=mail).update(due_at=timezone.now() - dt.timedelta(hours=1))
    [told] = tell(scene)
    address = reverse("meetings:send_to", args=[Dispatch.objects.get(email=mail).pk])
    assert address in told.text
    client = Client()
    client.force_login(scene.focal)
    client.post(address, {"reason": "The server answers again"})
    papers.tick()
    new = letter_to(scene.birk)
    assert (new.again_of, new.state) == (mail, "queued")
    assert "come late" in new.text, "written anew, it says so"


def test_a_failed_paper_an_incident_and_a_late_partner_are_told(scene: Scene) -> None:
    MeetingPaper.objects.update(state="failed", error="x", file_name="", sha256="")
    incidents.report(kind=Incident.Kind.DOCUMENT_ALTERED, target_key="a.pdf", context=scene.case.context)
    Case.objects.filter(pk=scene.case.pk).update(state="informal_meeting")
    late_one = makers.make_participant(scene.case, makers.make_municipality("Dorp"))
    [told] = tell(scene)
    assert told.subject.startswith("3 things to see to")
    for words in ("could not be made as PDF", "was altered", "Dorp has no part of its own"):
        assert words in told.text
    assert tell(scene) == []
    page = home(scene)
    assert "Dorp joins late" in page
    assert "was altered" in page
    late_one.delete()


def test_what_goes_wrong_at_once_is_one_letter_with_the_way_to_each(scene: Scene) -> None:
    mails = [bounce(scene.birk), letter_to(scene.corn)]
    failed = {"state": "failed", "last_error": "550 <b>no</b>", "sent_at": None}
    OutgoingEmail.objects.filter(pk=mails[1].pk).update(**failed)
    [told] = tell(scene)
    assert told.subject.startswith("2 things to see to")
    assert set(ToldTrouble.objects.values_list("key", "email")) == {
        (f"notice:{mails[0].pk}:bounced", told.pk),
        (f"notice:{mails[1].pk}:failed", told.pk),
    }
    contacts = reverse("partners:contacts", args=[scene.case.pk])
    assert told.text.count(f"{settings.BASE_URL}{contacts}") == 2
    assert reverse("meetings:post", args=[scene.case.pk]) in told.text
    assert told.html.count("<li>") == 2
    assert "550 &lt;b&gt;no" in told.html
    assert tell(scene) == []


def test_of_very_many_the_letter_names_the_first_and_all_count_as_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "MOST", 1)
    bounce(scene.birk)
    bounce(scene.corn)
    [told] = tell(scene)
    assert "These are the first 1 of 2." in told.text
    assert told.html.count("<li>") == 1
    assert ToldTrouble.objects.count() == 2
    assert tell(scene) == []


def test_what_follows_a_letter_waits_for_company(scene: Scene) -> None:
    first = bounce(scene.birk)
    tell(scene)
    second = bounce(scene.corn)
    assert tell(scene) == [], "the letter before is a moment old"
    ToldTrouble.objects.update(at=timezone.now() - dt.timedelta(seconds=settings.NOTICE_GATHER_SECONDS))
    [told] = tell(scene)
    assert told.key == f"notice:{second.pk}:bounced"
    assert first.to_address not in told.text


def test_troubles_of_one_case_do_not_hold_up_the_letter_of_another(scene: Scene) -> None:
    bounce(scene.birk)
    tell(scene)
    other = papers.called()
    papers.leave()
    bounce(other.birk)
    [told] = tell(other)
    assert told.context == other.case.context


def test_nothing_is_told_of_cases_that_rest_nor_of_meetings_that_are_over(scene: Scene) -> None:
    bounce(scene.birk)
    Meeting.objects.update(state="held", held_at=timezone.now())
    assert tell(scene) == []
    Meeting.objects.update(state="called")
    Case.objects.filter(pk=scene.case.pk).update(state="parked", parked_from="informal_meeting")
    assert tell(scene) == []


def test_notices_are_never_held_back_and_never_packed(scene: Scene) -> None:
    CaseRules.objects.create(case=scene.case, look_first=True)
    bounce(scene.birk)
    [told] = tell(scene)
    assert told.state == "queued"
    assert told.key.startswith(troubles.NOTICE)


def test_the_home_page_asks_as_much_for_two_troubles_as_for_one() -> None:
    scene = papers.build(3)
    papers.call(scene)
    papers.leave()
    counts = []
    for participant in (scene.birk, scene.corn):
        bounce(participant)
        home(scene)
        with CaptureQueriesContext(connection) as asked:
            home(scene)
        counts.append([query["sql"][:200] for query in asked.captured_queries])
    assert len(counts[0]) == len(counts[1]), [one for one in counts[1] if one not in counts[0]]
