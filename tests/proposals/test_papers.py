"""The papers themselves: what the press makes, what stands in them, what never gets in."""

from __future__ import annotations

import io
import itertools
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.utils import timezone

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from partners.models import ImportRun, Municipality
from proposals import services, tasks
from proposals.documents import engine, press, text
from proposals.documents.content import compose
from proposals.models import Document, ProposalVersion
from tests import makers

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SQUARE = {"type": "Polygon", "coordinates": [[[5.5, 46.6], [5.6, 46.6], [5.6, 46.7], [5.5, 46.6]]]}


def words_of(pdf: bytes, tmp_path: Path) -> str:
    """The text of a PDF as a reader's machine finds it, on one line."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    found = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, timeout=60)
    return " ".join(found.stdout.decode().split())


def paper_of(version: ProposalVersion, index: int = 0) -> bytes:
    return engine.print_paper(compose(version.annexes.all()[index]))


@pytest.fixture(scope="module")
def one_version(standing: None) -> ProposalVersion:
    case = makers.make_case(makers.make_municipality("Bletterans", population=17_000, boundary=SQUARE))
    for name in ("Arlay", "Ruffey"):
        makers.make_participant(case, makers.make_municipality(name, population=3_000, boundary=SQUARE))
    return makers.make_draft(case, recipients=0)


# --- what a recipient reads ---------------------------------------------------------


def test_a_paper_says_who_what_why_and_by_when(version: ProposalVersion, tmp_path: Path) -> None:
    found = words_of(paper_of(version), tmp_path)
    assert "Bletterans invites Arlay to find out together" in found
    assert "Please answer by" in found
    assert "Collection has become too expensive" in found
    assert "unit_cost for Arlay" in found
    assert "control for Arlay" in found
    assert "Today's costs of Arlay and Ruffey are not known" in found
    assert "Aldag, Warner & Bel" in found
    assert "We do not ask for a decision to cooperate" in found
    assert re.search(r"Page 2 of \d", found)
    assert "Draft of version 1" in found


def test_no_recipient_reads_what_was_written_to_another(version: ProposalVersion, tmp_path: Path) -> None:
    first, second = version.annexes.all()
    author = Actor.person(version.drafted_by)
    services.save_annex(
        annex=second,
        revision=0,
        actor=author,
        opening="SECRETOPENING for Ruffey.",
        open_questions="SECRETQUESTION?",
    )
    services.add_statement(annex=second, kind="exit", text="SECRETCOST", indicator="SECRETSIGN", actor=author)
    makers.make_need(first.participant.municipality, annual_cost=Decimal(987654), evidence="SECRETEVIDENCE")
    pdf = engine.print_paper(compose(first))
    found = words_of(pdf, tmp_path)
    assert "SECRET" not in found
    assert "987,654" not in found
    assert "for Ruffey" not in found
    assert "SECRETCOST" in words_of(engine.print_paper(compose(second)), tmp_path)


def test_a_loss_is_said_in_plain_words(tmp_path: Path) -> None:
    initiator = makers.make_municipality("Grande", population=70_000)
    need = makers.make_need(initiator, function="SOC-OLD", annual_cost=Decimal(5_000_000))
    case = makers.make_case(initiator, need=need)
    makers.make_participant(case, makers.make_municipality("Petite", population=4_000))
    found = words_of(paper_of(makers.make_draft(case, recipients=0)), tmp_path)
    assert "a year lost by Petite in the central scenario" in found
    assert "You would lose under" in found


def test_without_evidence_or_baseline_no_amount_is_invented(tmp_path: Path) -> None:
    initiator = makers.make_municipality()
    need = makers.make_need(initiator, function="ANI-SHE", annual_cost=None)
    version = makers.make_draft(makers.make_case(initiator, need=need))
    found = words_of(paper_of(version), tmp_path)
    assert "not known yet" in found
    assert "No study gives a number" in found
    assert "What the function costs today is not known" in found
    assert "€" not in found


# --- a lasting, accessible file --------------------------------------------------------


@pytest.fixture
def opened(version: ProposalVersion) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(paper_of(version))) as pdf:
        yield pdf


def test_the_file_says_it_is_accessible_and_archival(opened: pikepdf.Pdf) -> None:
    metadata = opened.Root.Metadata.read_bytes().decode()
    assert re.search(r'pdfuaid:part="1"', metadata)
    assert re.search(r'pdfaid:part="3"', metadata)
    assert re.search(r'pdfaid:conformance="A"', metadata)
    assert opened.Root.OutputIntents
    assert bool(opened.Root.MarkInfo.Marked)
    assert str(opened.Root.Lang) == "en"
    assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
    assert str(opened.docinfo["/Title"]) == "Proposal to Arlay: Shared waste collection"


def structure(node: Any) -> Iterator[Any]:
    """All structure elements below."""
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from structure(child)


def test_everything_is_tagged_and_pictures_have_words(opened: pikepdf.Pdf) -> None:
    found = list(structure(opened.Root.StructTreeRoot))
    kinds = [str(node.S) for node in found]
    assert kinds.count("/H1") == 1
    assert {"/H2", "/H3", "/P", "/Table", "/TH", "/TD", "/Figure"} <= set(kinds)
    figures = [node for node in found if str(node.S) == "/Figure"]
    assert len(figures) == 3
    assert all(str(node.get("/Alt", "")).strip() for node in figures)
    levels = [int(kind[2:]) for kind in kinds if re.fullmatch(r"/H\d", kind)]
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def test_every_font_is_embedded(opened: pikepdf.Pdf) -> None:
    fonts = [
        obj
        for obj in opened.objects
        if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/FontDescriptor"
    ]
    assert fonts
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()) for font in fonts)
    names = {str(font.FontName).partition("+")[2] for font in fonts}
    assert all(name.startswith(("Noto", "DejaVu")) for name in names), names


# --- bad input ------------------------------------------------------------------------


HOSTILE = {
    "script": "<script>alert(1)</script><h1>Title</h1>",
    "file": '<img src="file:///etc/passwd"><link rel=attachment href="file:///etc/passwd">',
    "css": "</style><style>@import 'file:///etc/passwd';</style>",
    "run": "x" * 5000,
    "emoji": "\U0001f600" * 5000,
    "controls": "a\u202eb\u0007c\ufeff" * 500,
    "lines": "\n" * 4990 + "end",
    "combining": "e" + "\u0301" * 4000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_ends_in_a_harmless_paper(version: ProposalVersion, kind: str, tmp_path: Path) -> None:
    annex, author = version.annexes.all()[0], Actor.person(version.drafted_by)
    services.save_annex(annex=annex, revision=0, actor=author, opening=HOSTILE[kind])
    services.save_common(
        version=version, revision=0, actor=author, why=HOSTILE[kind], next_steps=HOSTILE[kind]
    )
    services.add_statement(annex=annex, kind="exit", text=HOSTILE[kind][:1000], actor=author)
    Municipality.objects.filter(pk=annex.participant.municipality_id).update(name=HOSTILE[kind][:150])
    started = time.process_time()
    pdf = paper_of(ProposalVersion.objects.get(pk=version.pk))
    assert time.process_time() - started < 20
    found = words_of(pdf, tmp_path)
    assert "root:" not in found
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert list(opened.attachments) == ["proposal-data.json"]
        assert len(opened.pages) < 20
    if kind in ("script", "file", "css"):
        assert "<" in found


def test_the_fetcher_is_closed() -> None:
    for address in ("file:///etc/passwd", "http://127.0.0.1:1/x.png", "asset:other.svg"):
        with pytest.raises(engine.Unprintable, match="blocked resource"):
            engine.make_pdf(f'<html lang="en"><title>t</title><img src="{address}" alt="x"></html>', {})


def test_text_is_bounded_and_gets_places_to_break() -> None:
    cleaned = text.line("y" * 6000)
    assert len(cleaned.replace(text.ZERO_WIDTH_SPACE, "")) == 5000
    assert max(len(part) for part in cleaned.split(text.ZERO_WIDTH_SPACE)) <= text.STEP
    assert text.line("a\x00b \U0001f600\U0001f601 c") == "ab □ c"
    assert text.paragraphs("one\n\n two \r\nthree") == ("one", "two", "three")
    assert sum(map(len, text.paragraphs("word " * 4000))) <= 5000


# --- the press --------------------------------------------------------------------------


@pytest.fixture
def document(version: ProposalVersion) -> Document:
    return makers.make_approved(version).documents.all()[0]


def test_the_press_keeps_what_it_printed_with_its_checksum(document: Document, tmp_path: Path) -> None:
    assert press.render(document.pk) == Document.State.RENDERED
    document.refresh_from_db()
    assert document.attempts == 1
    stored = documents.read(document.file_name, sha256=document.sha256)
    assert len(stored) == document.size
    assert "Version 1" in words_of(stored, tmp_path)
    assert press.render(document.pk) is None


def test_what_was_approved_is_printed_whatever_changed_since(document: Document, tmp_path: Path) -> None:
    Municipality.objects.filter(name="Arlay").update(name="Otherwise", population=1)
    press.render(document.pk)
    document.refresh_from_db()
    found = words_of(documents.read(document.file_name, sha256=document.sha256), tmp_path)
    assert "Bletterans invites Arlay" in found
    assert "3,000" in found


def test_a_document_in_other_hands_is_left_alone(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(state="rendering", lease_until=timezone.now())
    assert press.render(document.pk) is None


def test_a_failure_is_tried_three_times_and_then_stands_with_its_error(document: Document) -> None:
    document.version.figures = {"title": "broken"}
    document.version.save(update_fields=["figures"])
    assert [press.render(document.pk) for _ in range(4)] == ["queued", "queued", "failed", None]
    document.refresh_from_db()
    assert document.attempts == 3
    assert "KeyError" in document.last_error


def test_the_sweep_takes_back_what_a_dead_printer_left(document: Document) -> None:
    now = timezone.now()
    rows = Document.objects.filter(pk=document.pk)
    rows.update(state="rendering", attempts=1, lease_until=now + timedelta(seconds=60))
    assert document.pk not in press.waiting(now)
    rows.update(lease_until=now - timedelta(seconds=1))
    assert document.pk in press.waiting(now)
    rows.update(state="rendering", attempts=3, lease_until=now - timedelta(seconds=1))
    assert document.pk not in press.waiting(now)
    document.refresh_from_db()
    assert (document.state, document.lease_until) == ("failed", None)


def test_the_task_prints(document: Document) -> None:
    tasks.render_document(str(document.pk))
    document.refresh_from_db()
    assert document.state == Document.State.RENDERED


def test_same_words_give_the_same_bytes(document: Document) -> None:
    annex = document.version.annexes.get(participant=document.participant)
    assert engine.print_paper(compose(annex)) == engine.print_paper(compose(annex))


def test_the_map_is_framed_by_neighbours_and_names_its_source(version: ProposalVersion) -> None:
    run = ImportRun.objects.create(kind="boundaries", file_name="x", sha256="0" * 64, source="IGN 2026")
    initiator = version.proposal.case.initiator
    initiator.provenance = {"boundary": str(run.pk)}
    initiator.save(update_fields=["provenance"])
    far = {"type": "Polygon", "coordinates": [[[5.58, 46.6], [9.0, 46.6], [9.0, 48.0], [5.58, 46.6]]]}
    makers.make_neighbours(initiator, makers.make_municipality("Beyond", boundary=far))
    makers.make_municipality("Elsewhere", boundary=far)
    picture = compose(version.annexes.all()[0]).map
    assert picture is not None
    assert picture.svg.count("<title>") == 4
    assert "Beyond" in picture.svg
    assert "Elsewhere" not in picture.svg
    assert "IGN 2026" in picture.svg
    assert picture.svg.count("is-self") == 1
    assert "Arlay is marked in amber" in picture.alt
