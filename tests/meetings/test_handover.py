"""The package: what is in it, what never is, its checksums, and that it is made only in its time."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail
from imc_portal.core.problems import GateClosed, Refusal
from meetings.models import (
    ClarificationRound,
    Dispatch,
    FormalMeeting,
    HandOver,
    InformalMeeting,
    NextStep,
    Objective,
)
from meetings.package import archive, dossiers
from meetings.services import answers, attitudes, handover, outcomes
from partners.models import Case, Participant
from proposals.models import Document, Proposal, ProposalVersion
from tests import makers
from tests.meetings import scenes

#: Each package is made for real, PDFs included.
pytestmark = pytest.mark.slow
PAPER = b"%PDF-1.7 the very bytes that were sent"


@pytest.fixture
def scene(db: None) -> scenes.Scene:
    """A case whose formal meeting is closed; Corn declined; Dorn was set aside unasked."""
    made = scenes.make_scene()
    informal = scenes.call_informal(made)
    _send_paper(made, informal)
    scenes.answer_all(made, made.alder)
    scenes.answer_all(made, made.birk, text="Two trucks, one driver")
    made.clarification = _open(made)
    Case.objects.filter(pk=made.case.pk).update(state=Case.State.ATTITUDE)
    for who in (made.alder, made.birk):
        who.case.refresh_from_db()
        attitudes.state_attitude(
            participant=who,
            value="positive",
            areas=[made.area],
            stated_by=f"Mayor {who}",
            actor=Actor.portal(),
        )
    Participant.objects.filter(pk=made.corn.pk).update(state="declined", reason="Council voted no")
    makers.make_participant(
        made.case, makers.make_municipality("Dorn"), state="set_aside", reason="Too far for us", contact=None
    )
    meeting = scenes.call_formal(made)
    _decide(made, meeting)
    made.case.refresh_from_db()
    return made


def _open(scene: scenes.Scene) -> Any:
    clarification = scene.clarification
    assert clarification is not None
    answers.open_if_due(clarification=clarification, now=clarification.deadline)
    return clarification


def _send_paper(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    proposal = Proposal.objects.create(case=scene.case)
    version = ProposalVersion.objects.create(proposal=proposal, number=1, drafted_by=scene.focal)
    for who, state in ((scene.birk, "sent"), (scene.corn, "queued")):
        content = PAPER + str(who).encode()
        name, sha256 = documents.store(f"proposals/{who.pk}.pdf", content)
        document = Document.objects.create(
            version=version,
            participant=who,
            language="en",
            state="rendered",
            file_name=name,
            sha256=sha256,
            size=len(content),
            rendered_at=timezone.now(),
        )
        email = OutgoingEmail.objects.create(
            key=str(who.pk),
            to_address="a@example.org",
            subject="S",
            text="T",
            message_id=f"<{who.pk}@x>",
            not_before=timezone.now(),
        )
        OutgoingEmail.objects.filter(pk=email.pk).update(state=state, sent_at=timezone.now())
        row = meeting.invitations.get(participant=who)
        Dispatch.objects.create(invitation=row, document=document, due_at=meeting.starts_at, email=email)


def _decide(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    scenes.seat_everybody(meeting)
    meeting.invitations.filter(participant=scene.corn).update(present=False)
    meeting.invitations.filter(participant=scene.birk).update(mandate="subject_to_council")
    actor = Actor.person(scene.focal)
    goal = outcomes.add_objective(objective=Objective(meeting=meeting, text="Less waste"), actor=actor)
    area = outcomes.select_area(meeting=meeting, area=scene.area, objective=goal, why="", actor=actor)
    voices = [
        outcomes.Voice(area.pk, scene.alder.pk, "yes"),
        outcomes.Voice(area.pk, scene.birk.pk, "yes_if", "Exit after two years", "One councillor against"),
    ]
    outcomes.decide(meeting=meeting, voices=voices, revision=0, actor=actor)
    task = NextStep(
        meeting=meeting,
        owner=scene.birk,
        owner_name="Clerk",
        action="Ask the lawyer",
        due=dt.date(2031, 1, 6),
    )
    outcomes.add_step(step=task, actor=actor)
    outcomes.close_record(meeting=meeting, actor=actor)


def make(scene: scenes.Scene, language: str = "en") -> HandOver:
    return handover.hand_over(case=scene.case, language=language, actor=Actor.person(scene.focal))


def unpack(package: HandOver) -> dict[str, bytes]:
    content = documents.read(package.file_name, sha256=package.sha256)
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        assert files.testzip() is None
        return {name: files.read(name) for name in files.namelist()}


def facts(scene: scenes.Scene) -> dict[str, Any]:
    """What case.json says, without printing the PDF."""
    told = handover.tell(case=scene.case, actor=Actor.person(scene.focal), now=timezone.now())
    known: dict[str, Any] = json.loads(archive.as_json(told))
    return known


def put(scene: scenes.Scene) -> HandOver:
    """A stored package with little in it."""
    content = archive.pack("Case", {"case.json": str(timezone.now()).encode()}, timezone.now())
    name, sha256 = documents.store("hand-overs/x/package.zip", content)
    return HandOver.objects.create(
        case=scene.case, file_name=name, sha256=sha256, size=len(content), made_by=scene.focal
    )


def test_the_package_holds_all_files_and_true_checksums(scene: scenes.Scene) -> None:
    files = unpack(make(scene))
    papers = [name for name in files if name.startswith("proposals/")]
    assert set(files) == {"INDEX.txt", "case.pdf", "case.json", "SHA256SUMS", *papers}
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert files["SHA256SUMS"].decode().count("\n") == len(files) - 1
    assert all(name in files["INDEX.txt"].decode() for name in files if name != "INDEX.txt")


def test_only_papers_that_were_sent_are_in_it_byte_for_byte(scene: scenes.Scene) -> None:
    files = unpack(make(scene))
    papers = {name: content for name, content in files.items() if name.startswith("proposals/")}
    assert list(papers.values()) == [PAPER + b"Birk"]
    told = json.loads(files["case.json"])["documents"]
    assert [(one["recipient"], one["file"]) for one in told] == [("Birk", next(iter(papers)))]
    assert told[0]["sha256"] == hashlib.sha256(PAPER + b"Birk").hexdigest()


def test_the_data_tell_the_whole_chain(scene: scenes.Scene) -> None:
    known = facts(scene)
    assert known["format"] == "imc-portal/hand-over/1"
    assert known["needs"][0]["baseline"]["annual_cost"] == "150000.00"
    assert known["areas"][0]["screening"]["total"] == scene.area.screening
    parties = {one["name"]: (one["state"], one["reason"]) for one in known["participants"]}
    assert parties["Corn"] == ("declined", "Council voted no")
    assert {one["municipality"] for one in known["attitudes"]} == {"Alder", "Birk"}
    assert [one["text"] for one in known["objectives"]] == ["Less waste"]
    votes = {one["municipality"]: one for one in known["decisions"]}
    assert votes["Alder"]["explore_feasibility"] == "yes"
    assert votes["Birk"]["condition"] == "Exit after two years"
    assert votes["Birk"]["dissent"] == "One councillor against"
    assert known["next_steps"][0]["municipality"] == "Birk"
    texts = {one["text"] for one in known["answers"] if one["municipality"] == "Birk"}
    assert texts == {"Two trucks, one driver"}


def test_who_was_never_asked_is_not_in_it(scene: scenes.Scene) -> None:
    told = json.dumps(facts(scene))
    assert "Dorn" not in told
    assert "Too far for us" not in told


def test_it_says_per_area_what_the_next_steps_need(scene: scenes.Scene) -> None:
    known = facts(scene)
    legal, study = known["for_legal_check"][0], known["for_feasibility_study"][0]
    birk = next(one for one in legal["municipalities"] if one["municipality"] == "Birk")
    assert birk["needs_the_council"] is True
    assert birk["legal_basis"] is None
    assert birk["contact"]["email"] == scene.birk.contact.email  # type: ignore[union-attr]  # the scene gives one
    assert any("Nobody has asked" in question for question in legal["questions"])
    assert study["partners_in_scope"] == ["Alder", "Birk"]
    assert study["conditions"] == [{"municipality": "Birk", "condition": "Exit after two years"}]
    assert {one["municipality"]: one["severity"] for one in study["today"]} == {"Alder": "3", "Birk": "3"}


def test_buying_and_selling_is_flagged_for_the_lawyer(scene: scenes.Scene) -> None:
    known = facts(scene)
    known["areas"][0]["mode"] = "buy_sell"
    [area] = dossiers.for_legal_check(known)
    assert area["public_contract_check"] is True
    assert any("public contract" in question for question in area["questions"])


def test_a_sealed_answer_of_another_never_leaves(scene: scenes.Scene) -> None:
    assert "Two trucks" in json.dumps(facts(scene))
    ClarificationRound.objects.update(opened_at=None, opened_because="")
    known = facts(scene)
    assert "Two trucks" not in json.dumps(known)
    assert {one["municipality"] for one in known["answers"]} == {"Alder"}


def test_the_pdf_reads(scene: scenes.Scene, tmp_path: Path) -> None:
    text = _pdf_text(unpack(make(scene))["case.pdf"], tmp_path)
    for words in ("Less waste", "Exit after two years", "Council voted no", "Ask the lawyer", "Two trucks"):
        assert words in text
    assert "agree to cooperate" not in text


def test_the_pdf_speaks_the_language_chosen(scene: scenes.Scene) -> None:
    assert unpack(make(scene, "fr"))["case.pdf"].startswith(b"%PDF-")


def test_the_case_is_handed_over_and_a_newer_package_can_follow(scene: scenes.Scene) -> None:
    first = make(scene)
    scene.case.refresh_from_db()
    assert scene.case.state == "handed_over"
    outcomes.finish_step(step=NextStep.objects.get(), actor=Actor.portal())
    second = make(scene)
    assert first.sha256 != second.sha256
    assert AuditEntry.objects.filter(verb="handed the case over").count() == 2
    assert documents.read(first.file_name, sha256=first.sha256)


def test_before_the_record_is_closed_there_is_no_package(db: None, client: Client) -> None:
    scene = scenes.make_scene()
    scenes.call_formal(scene)
    with pytest.raises(GateClosed):
        make(scene)
    client.force_login(scene.lead)
    client.post(reverse("meetings:make_package", args=[scene.case.pk]))
    assert not HandOver.objects.exists()
    assert Case.objects.get().state == "formal_convened"


def test_an_altered_paper_stops_the_package_and_nothing_is_half_written(scene: scenes.Scene) -> None:
    document = Document.objects.get(participant=scene.birk)
    _stored(document.file_name).write_bytes(b"forged")
    with pytest.raises(Refusal, match="Birk"):
        make(scene)
    assert not HandOver.objects.exists()
    scene.case.refresh_from_db()
    assert scene.case.state == "formal_held"


@pytest.mark.parametrize(
    ("person", "page", "act", "fetch"),
    [
        ("focal", 200, 302, 200),
        ("lead", 200, 302, 200),
        ("reader", 200, 403, 200),
        ("facilitator", 200, 403, 200),
        ("guest_lead", 403, 403, 404),
        ("observer", 403, 403, 404),
        ("stranger", 404, 404, 404),
    ],
)
def test_who_makes_and_who_fetches(
    scene: scenes.Scene, client: Client, person: str, page: int, act: int, fetch: int
) -> None:
    package = put(scene)
    client.force_login(getattr(scene, person))
    assert client.get(reverse("meetings:handover", args=[scene.case.pk])).status_code == page
    assert client.post(reverse("meetings:make_package", args=[scene.case.pk])).status_code == act
    response = client.get(package.get_absolute_url())
    assert response.status_code == fetch
    if fetch == 200:
        assert hashlib.sha256(response.content).hexdigest() == package.sha256
        assert response.headers["content-type"] == "application/zip"


def test_a_damaged_package_is_not_handed_out(scene: scenes.Scene, client: Client) -> None:
    package = put(scene)
    _stored(package.file_name).write_bytes(b"forged")
    client.force_login(scene.focal)
    response = client.get(package.get_absolute_url())
    assert response.status_code == 503
    assert "damaged" in response.content.decode()


def test_the_page_asks_the_same_number_of_queries_for_one_and_three(
    scene: scenes.Scene, client: Client
) -> None:
    client.force_login(scene.focal)
    address = reverse("meetings:handover", args=[scene.case.pk])
    counts = []
    for more in (1, 2):
        for _number in range(more):
            put(scene)
        client.get(address)
        counts.append(scenes.queries_of(client, address))
    assert counts[0] == counts[1]


def test_the_same_content_gives_the_same_bytes() -> None:
    now = dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC)
    first, second = (archive.pack("Case", {"case.json": b"{}"}, now) for _ in range(2))
    assert first == second


def _stored(name: str) -> Path:
    return Path(settings.STORAGES["documents"]["OPTIONS"]["location"]) / name


def _pdf_text(content: bytes, folder: Path) -> str:
    path = folder / "case.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())
