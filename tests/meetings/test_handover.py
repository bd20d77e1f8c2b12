"""The package: what is in it, what never is, its checksums, and that it is made only in its time."""

from __future__ import annotations

import csv
import email
import hashlib
import io
import json
from email.policy import default
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import GateClosed, Refusal
from meetings import gates
from meetings.models import (
    Answer,
    AreaPreparation,
    ClarificationRound,
    HandOver,
    Minutes,
    NextStep,
    PartyPreparation,
    Ratification,
    Stakeholder,
)
from meetings.package import archive, tables
from meetings.services import handover
from partners.models import Participant
from proposals.models import Document
from tests.meetings import packages, scenes

#: Each package is made for real, PDFs included.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    """A case that can be handed over."""
    return packages.make_scene()


def test_the_package_holds_all_files_and_true_checksums(scene: scenes.Scene) -> None:
    files = packages.unpack(packages.make(scene))
    own = {"INDEX.txt", "index.html", "case.pdf", "case.json", "schema.json", "answers.csv", "estimates.csv"}
    papers = {name for name in files if "/" in name}
    assert set(files) == {*own, "SHA256SUMS", *papers}
    assert {name.split("/")[0] for name in papers} == {"proposals", "meetings", "letters"}
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert files["SHA256SUMS"].decode().count("\n") == len(files) - 1
    for index in ("INDEX.txt", "index.html"):
        text = files[index].decode()
        assert all(name in text for name in files if not name.lower().startswith("index"))


def test_only_papers_that_were_sent_are_in_it_byte_for_byte(scene: scenes.Scene) -> None:
    files = packages.unpack(packages.make(scene))
    sent = {name: content for name, content in files.items() if name.startswith("proposals/")}
    assert list(sent.values()) == [packages.PAPER + b"Birk"]
    told = {one["file"]: one for one in json.loads(files["case.json"])["documents"]}
    assert told.keys() == {name for name in files if "/" in name}
    for name, one in told.items():
        assert one["sha256"] == hashlib.sha256(files[name]).hexdigest()
        assert one["size"] == len(files[name])


def test_a_letter_is_a_message_without_its_secret_link(scene: scenes.Scene) -> None:
    files = packages.unpack(packages.make(scene))
    [content] = [content for name, content in files.items() if name.startswith("letters/")]
    message = email.message_from_bytes(content, policy=default)
    assert message["Subject"] == "A proposal"
    text = message.get_content()
    assert "[personal link]" in text
    assert "personal.link.invalid" not in text


def test_the_data_tell_the_whole_chain(scene: scenes.Scene) -> None:
    known = packages.facts(scene)
    assert known["needs"][0]["baseline"]["annual_cost"] == "150000.00"
    parties = {one["name"]: (one["state"], one["reason"]) for one in known["participants"]}
    assert parties["Corn"] == ("declined", "Council voted no")
    assert {one["municipality"] for one in known["attitudes"]} == {"Alder", "Birk"}
    votes = {one["municipality"]: one for one in known["decisions"]}
    assert votes["Birk"]["condition"] == "Exit after two years"
    assert votes["Birk"]["dissent"] == "One councillor against"
    assert known["next_steps"][0]["who"]["name"] == "Clara Clerk"
    assert known["minutes"][0]["voices"][0]["voice"] == "agrees"
    assert known["ratifications"][0]["resolution"] == "2031/7"
    assert known["provenance"]["left"][0]["municipality"] == "Corn"


def test_who_was_never_asked_is_not_in_it(scene: scenes.Scene) -> None:
    told = json.dumps(packages.facts(scene))
    assert "Dorn" not in told
    assert "Too far for us" not in told
    assert "We cannot wait" in told


def test_the_legal_check_finds_basis_official_and_stance(scene: scenes.Scene) -> None:
    legal = packages.facts(scene)["for_legal_check"][0]
    rows = {one["municipality"]: one for one in legal["municipalities"]}
    assert rows["Birk"]["needs_the_council"] is True
    assert rows["Birk"]["legal_basis"] == "Municipal code, art. 5"
    assert rows["Birk"]["designated_official"]["name"] == "Otto Official"
    assert rows["Alder"]["legal_basis"] is None
    assert legal["authority_stances"][0]["said_by"]["name"] == "Wanda Witness"
    assert any("Alder" in question for question in legal["questions"])
    assert not any("Birk" in question for question in legal["questions"])


def test_the_study_finds_today_key_and_grants(scene: scenes.Scene) -> None:
    study = packages.facts(scene)["for_feasibility_study"][0]
    assert study["partners_in_scope"] == ["Alder", "Birk"]
    assert (study["study_by"], study["study_key"]) == ("A joint working group", "population")
    today = {one["municipality"]: one for one in study["today"]}
    assert today["Birk"]["service_level"] == "One round a week"
    assert today["Alder"]["baseline"]["year"]
    assert "Green villages" in {one["name"] for one in study["grants_to_pursue"]}
    assert study["conditions"] == [{"municipality": "Birk", "condition": "Exit after two years"}]


def test_later_steps_find_screening_stakeholders_and_who_may_negotiate(scene: scenes.Scene) -> None:
    known = packages.facts(scene)
    assert known["for_screening"][0]["total"] == scene.area.screening
    assert known["for_support"]["stakeholders"][0] | {"area": None} == {
        "name": "Staff of the depot",
        "concern": "Place of work",
        "area": None,
        "contacted": False,
    }
    contacts = {one["municipality"]: one for one in known["for_negotiation"]["contacts"]}
    assert contacts["Birk"]["who"]["name"] == packages.MAYOR
    assert contacts["Birk"]["mandate"] == "subject_to_council"


def test_what_nobody_recorded_is_asked_never_filled_in(scene: scenes.Scene) -> None:
    before = len(packages.facts(scene)["open_questions"])
    for model in (AreaPreparation, PartyPreparation, Stakeholder):
        model._default_manager.all().delete()
    known = packages.facts(scene)
    assert known["for_feasibility_study"][0]["study_by"] is None
    assert known["for_feasibility_study"][0]["study_key"] is None
    asked = " ".join(known["open_questions"])
    for words in (
        "Who does the study?",
        "cost of the study",
        "legal basis may Birk",
        "the official in charge",
    ):
        assert words in asked
    assert len(known["open_questions"]) > before + 3


def test_buying_and_selling_is_flagged_for_the_lawyer(scene: scenes.Scene) -> None:
    assert packages.facts(scene)["for_legal_check"][0]["public_contract_check"] is False
    scene.case.areas.update(mode="buy_sell")
    [area] = packages.facts(scene)["for_legal_check"]
    assert area["public_contract_check"] is True
    assert any("public contract" in question for question in area["questions"])


def test_a_sealed_answer_of_another_never_leaves(scene: scenes.Scene) -> None:
    assert "Two trucks" in json.dumps(packages.facts(scene))
    ClarificationRound.objects.update(opened_at=None, opened_because="")
    known = packages.facts(scene)
    assert "Two trucks" not in json.dumps(known)
    assert {one["municipality"] for one in known["answers"]} <= {"Alder"}
    assert b"Two trucks" not in tables.answers(known)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-later", "'-later"),
        ("@all", "'@all"),
        ("\tx", "'\tx"),
        ("-12.50", "-12.50"),
        ("12", "12"),
        (None, ""),
    ],
)
def test_no_cell_is_a_formula(typed: str | None, shown: str) -> None:
    assert tables.cell(typed) == shown


def test_the_tables_open_in_office_programs(scene: scenes.Scene) -> None:
    content = tables.answers(packages.facts(scene))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["municipality"] for row in rows} == {"Alder", "Birk", "Corn"}  # Corn: open cells
    assert len(rows) == len(packages.facts(scene)["answers"])


def test_the_pdf_reads(scene: scenes.Scene, tmp_path: Path) -> None:
    text = packages.pdf_text(packages.unpack(packages.make(scene))["case.pdf"], tmp_path)
    for words in ("Less waste", "Exit after two years", "Council voted no", "Two trucks", "Municipal code"):
        assert words in text
    assert "agree to cooperate" not in text


@pytest.mark.parametrize("language", ["fr", "de", "es", "uk", "ar"])
def test_it_speaks_each_language_of_our_documents(scene: scenes.Scene, language: str) -> None:
    known = handover.tell(
        case=scene.case,
        wish=handover.Wish(language),
        actor=Actor.person(scene.lead),
        now=packages.NOW,
        sent=[],
    )
    assert known["language"] == language
    made = packages.make(scene, language)
    assert made.language == language
    assert f'lang="{language}"'.encode() in packages.unpack(made)["index.html"]


@pytest.mark.parametrize("wish", [("xx", "full"), ("en", "secret"), ("en\0", "full"), ("e" * 9999, "full")])
def test_a_wish_that_cannot_be_met_is_refused(scene: scenes.Scene, wish: tuple[str, str]) -> None:
    with pytest.raises(Refusal):
        packages.make(scene, *wish)
    assert not HandOver.objects.exists()


def test_the_case_is_handed_over_and_a_newer_package_can_follow(scene: scenes.Scene) -> None:
    first = packages.make(scene)
    scene.case.refresh_from_db()
    assert scene.case.state == "handed_over"
    with pytest.raises(Refusal, match="Nothing has changed"):
        packages.make(scene)
    NextStep.objects.update(done_at=timezone.now(), done_by="x")
    second = packages.make(scene)
    assert first.sha256 != second.sha256
    assert AuditEntry.objects.filter(verb="handed the case over").count() == 2
    assert documents.read(first.file_name, sha256=first.sha256)


def test_the_same_moment_gives_the_same_bytes(scene: scenes.Scene) -> None:
    wish, actor = handover.Wish("en"), Actor.person(scene.lead)
    first, second = (
        handover.build(case=scene.case, wish=wish, actor=actor, now=packages.NOW) for _ in range(2)
    )
    assert first == second


def test_before_the_record_is_closed_nobody_can_override(db: None, client: Client) -> None:
    scene = scenes.make_scene()
    scenes.call_formal(scene)
    with pytest.raises(GateClosed, match="record of the formal meeting"):
        packages.make(scene, override="We are in a hurry")
    client.force_login(scene.lead)
    client.post(reverse("meetings:make_package", args=[scene.case.pk]), {"override": "Hurry"})
    assert not HandOver.objects.exists()
    scene.case.refresh_from_db()
    assert scene.case.state == "formal_convened"


def test_minutes_and_councils_keep_it_closed_unless_a_lead_says_why(
    scene: scenes.Scene, client: Client
) -> None:
    Minutes.objects.update(state="sent")
    Ratification.objects.update(state="awaited", resolution="", resolved_on=None)
    assert len(gates.hand_over(scene.case)) == 2
    with pytest.raises(GateClosed, match="Birk"):
        packages.make(scene)
    address = reverse("meetings:make_package", args=[scene.case.pk])
    client.force_login(scene.focal)
    assert client.post(address, {"override": "Hurry", "language": "en"}).status_code == 403
    client.force_login(scene.lead)
    assert client.post(address, {"override": "The lawyer starts today", "language": "en"}).status_code == 302
    assert HandOver.objects.count() == 1
    moved = AuditEntry.objects.get(verb="handed the case over")
    assert moved.reason == "The lawyer starts today"


def test_a_council_without_any_row_is_waited_for_and_one_that_left_is_not(scene: scenes.Scene) -> None:
    Ratification.objects.all().delete()
    [reason] = gates.hand_over(scene.case)
    assert "Birk" in reason
    Participant.objects.filter(pk=scene.birk.pk).update(state="withdrawn", reason="Elections")
    assert gates.hand_over(scene.case) == []


def test_an_altered_paper_stops_the_package_and_nothing_is_half_written(scene: scenes.Scene) -> None:
    forged, _digest = documents.store("proposals/forged.pdf", b"forged")
    Document.objects.filter(participant=scene.birk).update(file_name=forged)
    with pytest.raises(Refusal, match="Birk"):
        packages.make(scene)
    assert not HandOver.objects.exists()
    scene.case.refresh_from_db()
    assert scene.case.state == "ratification"


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/passwd",
        "a/../b",
        "C:\\x",
        "a\nb",
        "",
        ".hidden",
        "a//b",
        "a/",
        "nul.txt",
        "x" * 300,
        "a\u202eb",
    ],
)
def test_no_name_climbs_out_of_the_folder(name: str) -> None:
    with pytest.raises(ValueError, match="no safe name"):
        archive.pack({name: b"x"}, packages.NOW)


def test_a_recipient_with_a_wild_name_gets_a_safe_file(scene: scenes.Scene) -> None:
    scene.birk.municipality.name = "../../Bïrk: «Ω» / Київ"
    scene.birk.municipality.save()
    files = packages.unpack(packages.make(scene))
    assert all(archive.is_safe(name) for name in files)


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
    package = packages.put(scene)
    client.force_login(getattr(scene, person))
    assert client.get(reverse("meetings:handover", args=[scene.case.pk])).status_code == page
    assert client.post(reverse("meetings:make_package", args=[scene.case.pk])).status_code == act
    response = client.get(package.get_absolute_url())
    assert response.status_code == fetch
    if fetch == 200:
        assert hashlib.sha256(response.content).hexdigest() == package.sha256
        assert response.headers["content-type"] == "application/zip"


def test_a_damaged_package_is_not_handed_out(scene: scenes.Scene, client: Client) -> None:
    package = packages.put(scene)
    packages.stored(package.file_name).write_bytes(b"forged")
    client.force_login(scene.focal)
    response = client.get(package.get_absolute_url())
    assert response.status_code == 503
    assert "damaged" in response.content.decode()


@pytest.mark.parametrize("choice", ["no", "unknown", "none"])
def test_a_call_that_nobody_would_join_is_no_grant_to_pursue(scene: scenes.Scene, choice: str) -> None:
    Answer.objects.filter(question=5).update(choice=choice)
    assert packages.facts(scene)["for_feasibility_study"][0]["grants_to_pursue"] == []
