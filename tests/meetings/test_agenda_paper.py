"""The agenda as a paper: what it says in each language, letters that wait for it, failure that is told."""

from __future__ import annotations

import datetime as dt
import subprocess
import zoneinfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings import agenda, postroom, spoken
from meetings.agenda import Item
from meetings.forms.planning import agenda_text, items_of
from meetings.models import Dispatch, Meeting, MeetingPaper
from meetings.papers import agenda as paper_of
from meetings.services import dispatch, editions, planning
from meetings.services import papers as press
from partners.models import Municipality, OfficeHolder
from tests.meetings import papers
from tests.meetings.papers import approve_draft, built, meeting_of
from tests.meetings.scenes import Scene, call_formal, link_of, make_scene

pytestmark = pytest.mark.django_db
PARIS = zoneinfo.ZoneInfo("Europe/Paris")


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    return papers.build()


def pdfs(row: OutgoingEmail) -> list[bytes]:
    parts = built(row).iter_attachments()
    return [part.get_content() for part in parts if part.get_content_type() == "application/pdf"]


# --- items and times -----------------------------------------------------------------------


def test_items_go_to_lines_and_back_with_speaker_and_papers() -> None:
    items = [
        Item("Welcome", 10, "Mayor", ("proposal", "accounts")),
        Item("Talk", None, "", ("map",)),
        Item("End"),
    ]
    assert items_of(agenda_text(items)) == items
    assert items_of("9 | | \n\n| x |") == [Item("9"), Item("Item without a title", None, "x")]


def test_times_run_on_from_the_start_and_over_a_change_of_the_clock() -> None:
    start = dt.datetime(2027, 3, 28, 1, 50, tzinfo=PARIS)
    rows = agenda.timed([Item("A", 10), Item("B", 15), Item("C"), Item("D", 5)], start)
    assert [row.begins and f"{row.begins:%H:%M}" for row in rows] == ["01:50", "03:00", "03:15", None]


def test_old_agendas_stay_readable() -> None:
    assert agenda.read({"title": "Old"}) == Item("Old")


# --- what it says ------------------------------------------------------------------------------


def sheet(meeting: Meeting, language: str = "en") -> paper_of.Sheet:
    paper = press.ask(meeting=meeting, kind="agenda", language=language, edition=meeting.sequence)
    with translation.override(language):
        return paper_of.compose(
            MeetingPaper.objects.select_related("meeting__case__initiator").get(pk=paper.pk)
        )


def test_the_formal_paper_is_notice_and_agenda_in_one() -> None:
    scene = make_scene()
    meeting: Meeting = call_formal(scene)
    Municipality.objects.filter(pk=scene.birk.municipality_id).update(time_zone="Europe/Helsinki")
    items = spoken.suggested(scene.case, "formal")
    Meeting.objects.filter(pk=meeting.pk).update(agenda=[item.stored for item in items])
    meeting = Meeting.objects.get(pk=meeting.pk)
    said = sheet(meeting)
    rules = " ".join(said.rules)
    for words in (
        "10 working days",
        "2 of the 3 municipalities",
        "mayor or a deputy",
        "subject to its council",
    ):
        assert words in rules
    assert "not whether to cooperate" in rules
    assert said.lines[0].title.startswith("Benefits and costs")
    assert len(said.elsewhere) == 1
    assert "Helsinki" in said.elsewhere[0]
    french = sheet(meeting, "fr")
    assert french.lines[0].title != said.lines[0].title


def test_the_pdf_holds_the_times_and_who_speaks() -> None:
    scene = make_scene()
    meeting = call_formal(scene)
    local = meeting.local_start
    start = f"{local:%H:%M}"
    rows = [Item("Costs of the lorry", 10, "Ann of Alder", ("accounts",)), Item("End", 5)]
    Meeting.objects.filter(pk=meeting.pk).update(agenda=[item.stored for item in rows])
    paper = press.ask(meeting=meeting, kind="agenda", language="en", edition=0)
    assert press.render(paper.pk) == MeetingPaper.State.STORED
    assert press.render(paper.pk) is None
    kept = press.stored(meeting=meeting, kind="agenda", language="en", edition=0)
    assert kept is not None
    content = documents.read(kept.file_name, sha256=kept.sha256)
    words = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()
    for text in (start, "Costs of the lorry", "Ann of Alder", "accounts", "Quorum", "Birk", "Corn"):
        assert text in words
    assert f"{local + dt.timedelta(minutes=10):%H:%M}" in words


# --- letters wait for it ----------------------------------------------------------------------


def test_the_letter_waits_for_the_agenda_in_the_recipients_language(scene: Scene) -> None:
    assert scene.birk.contact is not None
    OfficeHolder.objects.filter(pk=scene.birk.contact.pk).update(language="fr")
    approve_draft(scene)
    assert dispatch.dispatch_due().queued == 0
    asked = MeetingPaper.objects.values_list("language", "edition", "state")
    assert set(asked) == {("fr", 0, "waiting"), ("en", 0, "waiting")}
    papers.print_agendas()
    assert dispatch.dispatch_due().queued == 2
    for row in OutgoingEmail.objects.all():
        proposal, agenda_pdf = pdfs(row)
        assert b"the paper of" in proposal
        assert f"agenda {meeting_of(scene).pk} 0 {row.language}".encode() in agenda_pdf


def test_a_change_sends_the_new_edition_once(scene: Scene) -> None:
    papers.call(scene)
    papers.leave()
    meeting = meeting_of(scene)
    plan = papers.plan_of(meeting.starts_at, place="Corn")
    planning.change_meeting(meeting=meeting, plan=plan, actor=Actor.person(scene.focal))
    assert dispatch.dispatch_due().told == 0
    papers.print_agendas()
    assert dispatch.dispatch_due().told == 2
    assert dispatch.dispatch_due().told == 0
    for row in OutgoingEmail.objects.filter(key__contains="/change:1/"):
        [newer] = pdfs(row)
        assert f"agenda {meeting.pk} 1 ".encode() in newer


def test_who_is_invited_after_a_change_is_not_told_of_it(scene: Scene) -> None:
    meeting = meeting_of(scene)
    plan = papers.plan_of(meeting.starts_at, place="Corn")
    planning.change_meeting(meeting=meeting, plan=plan, actor=Actor.person(scene.focal))
    papers.call(scene)
    assert not OutgoingEmail.objects.filter(key__contains="/change:").exists()


# --- when it fails -----------------------------------------------------------------------------


def fail(scene: Scene) -> None:
    approve_draft(scene)
    dispatch.dispatch_due()
    MeetingPaper.objects.update(state="failed", error="The press is broken.")


def test_a_failed_agenda_is_named_in_the_post_room_and_can_be_made_again(
    scene: Scene, client: Client
) -> None:
    fail(scene)
    assert dispatch.dispatch_due().in_trouble == 2
    assert set(Dispatch.objects.values_list("problem", flat=True)) == {editions.NOT_MADE}
    line = postroom.lines(meeting_of(scene))[0]
    assert line.trouble is not None
    assert "The press is broken." in line.trouble.text
    client.force_login(scene.focal)
    assert client.post(line.trouble.url).status_code == 302
    assert papers.tick().queued == 2
    with pytest.raises(Refusal):
        press.print_again(paper=MeetingPaper.objects.all()[0], actor=Actor.portal())


def test_a_change_is_told_even_when_its_agenda_cannot_be_made(scene: Scene) -> None:
    papers.call(scene)
    papers.leave()
    meeting = meeting_of(scene)
    plan = papers.plan_of(meeting.starts_at, place="Corn")
    planning.change_meeting(meeting=meeting, plan=plan, actor=Actor.person(scene.focal))
    MeetingPaper.objects.filter(edition=1).update(state="failed", error="The press is broken.")
    assert dispatch.dispatch_due().told == 2
    assert [pdfs(row) for row in OutgoingEmail.objects.filter(key__contains="/change:1/")] == [[], []]


def test_a_printer_that_never_comes_is_named_too(scene: Scene) -> None:
    approve_draft(scene)
    dispatch.dispatch_due()
    MeetingPaper.objects.update(asked_at=timezone.now() - dt.timedelta(minutes=11))
    assert dispatch.dispatch_due().in_trouble == 2
    assert set(Dispatch.objects.values_list("problem", flat=True)) == {editions.NOT_PRINTED}


def test_a_dead_printers_paper_is_taken_up_three_times_then_fails_openly(scene: Scene) -> None:
    paper = press.ask(meeting=meeting_of(scene), kind="agenda", language="en", edition=0)
    now = timezone.now()
    MeetingPaper.objects.update(lease_until=now + dt.timedelta(seconds=60), attempts=1)
    assert press.waiting(now) == []
    assert press.waiting(now + dt.timedelta(seconds=61)) == [paper.pk]
    MeetingPaper.objects.update(attempts=3)
    assert press.waiting(now + dt.timedelta(seconds=61)) == []
    paper.refresh_from_db()
    assert (paper.state, bool(paper.error)) == (MeetingPaper.State.FAILED, True)


def test_an_agenda_that_a_newer_one_replaces_is_not_printed(scene: Scene) -> None:
    meeting = meeting_of(scene)
    press.ask(meeting=meeting, kind="agenda", language="en", edition=0)
    Meeting.objects.update(sequence=1)
    assert press.waiting(timezone.now()) == []


# --- who reads it -----------------------------------------------------------------------------


def test_the_agenda_is_read_by_those_who_see_the_meeting(scene: Scene, client: Client) -> None:
    papers.call(scene)
    meeting = meeting_of(scene)
    url = reverse("meetings:agenda", args=[meeting.pk])
    for user, status in ((scene.focal, 200), (scene.observer, 200), (scene.stranger, 404)):
        client.force_login(user)
        assert client.get(url).status_code == status
    by_link = reverse("personal:agenda", args=[link_of(scene.birk), meeting.pk])
    assert client.get(by_link).headers["Content-Type"] == "application/pdf"
    other = make_scene(1)
    assert client.get(reverse("personal:agenda", args=[link_of(other.birk), meeting.pk])).status_code == 404
