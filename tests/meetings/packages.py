"""A case that can be handed over, with everything a package tells, and people whose names could leak."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from imc_portal.core import audit, documents
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings.models import (
    Answer,
    AreaAttitude,
    AreaPreparation,
    Attitude,
    ClarificationRound,
    Dispatch,
    ExplorationDecision,
    FormalMeeting,
    HandOver,
    InformalMeeting,
    MeetingPaper,
    Minutes,
    MinutesVoice,
    NamedCall,
    NextStep,
    Objective,
    PartyPreparation,
    Ratification,
    SelectedArea,
    Stakeholder,
)
from meetings.package import archive
from meetings.services import handover
from partners.models import AuthorityStance, Body, Case, Participant
from proposals.models import Document, Proposal, ProposalVersion
from tests import makers
from tests.meetings import scenes

PAPER = b"%PDF-1.7 the very bytes that were sent"
NOW = dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC)
#: Nobody outside may read these names in a public copy.
PRIVATE = ("Paula Privat", "Otto Official", "Wanda Witness", "Anna Alder", "Clara Clerk", "Rolf Recorder")
#: Elected, so a public copy names her.
MAYOR = "Maria Mayoress"


def make_scene() -> scenes.Scene:
    """Alder and Birk decided; Corn declined; Dorn was set aside unasked; minutes agreed, council resolved."""
    made = scenes.make_scene()
    makers.make_member(made.birk.municipality, "officer", name="Paula Privat")
    informal = scenes.call_informal(made)
    InformalMeeting.objects.filter(pk=informal.pk).update(
        state="held", held_at=timezone.now(), notes="Paula Privat showed the trucks."
    )
    _send(made, informal)
    _answer(made)
    for who in (made.alder, made.birk):
        stated = Attitude.objects.create(participant=who, value="positive", stated_by="Clara Clerk, clerk")
        AreaAttitude.objects.create(attitude=stated, area=made.area, value="positive")
    Participant.objects.filter(pk=made.corn.pk).update(
        state="declined", reason="Council voted no", left_from="contacted"
    )
    dorn = makers.make_municipality("Dorn")
    makers.make_participant(made.case, dorn, state="set_aside", reason="Too far for us", contact=None)
    _decide(made)
    _prepare(made)
    audit.record(
        Actor.person(made.lead),
        "moved the case",
        made.case,
        context=made.case.context,
        after={"state": "formal_convened", "overridden": ["Only Dorn is missing."]},
        reason="We cannot wait for Dorn.",
    )
    made.case.refresh_from_db()
    return made


def _send(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    """Proposals, one sent and one not; an agenda; a letter with an address in it."""
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
        email = _email(scene, str(who.pk), who.contact.name, state)  # type: ignore[union-attr]  # makers give one
        row = meeting.invitations.get(participant=who)
        Dispatch.objects.create(invitation=row, document=document, due_at=meeting.starts_at, email=email)
    name, sha256 = documents.store(f"meetings/{meeting.pk}.pdf", PAPER + b"agenda")
    MeetingPaper.objects.create(
        meeting=meeting, kind="agenda", language="en", state="stored", file_name=name, sha256=sha256, size=9
    )


def _email(scene: scenes.Scene, key: str, name: str, state: str) -> OutgoingEmail:
    return OutgoingEmail.objects.create(
        key=key,
        context=scene.case.context,
        to_address="birk.mayor@example.org",
        to_name=name,
        subject="A proposal",
        text="Good day,\nhttps://personal.link.invalid/\nAsk clerk@alder.example",
        message_id=f"<{key}@x>",
        not_before=timezone.now(),
        state=state,
        sent_at=timezone.now() if state == "sent" else None,
    )


def _answer(scene: scenes.Scene) -> None:
    for who in (scene.alder, scene.birk):
        for cell in Answer.objects.filter(participant=who):
            complete = dict(scenes.COMPLETE[cell.question])
            if who == scene.birk and cell.question != 5:
                complete["text"] = "Two trucks, one driver, says Privat"
            Answer.objects.filter(pk=cell.pk).update(
                state="answered", answered_at=timezone.now(), answered_by="Clara Clerk, clerk", **complete
            )
    named = Answer.objects.filter(participant=scene.birk, question=5).first()
    if named is not None:
        NamedCall.objects.create(answer=named, name="Green villages", amount=90_000, own_share=20)
    ClarificationRound.objects.update(opened_at=timezone.now(), opened_because="all have answered")


def _decide(scene: scenes.Scene) -> None:
    meeting = scenes.call_formal(scene)
    scenes.seat_everybody(meeting)
    meeting.invitations.filter(participant=scene.corn).update(present=False)
    meeting.invitations.filter(participant=scene.birk).update(
        mandate="subject_to_council", delegate_name=MAYOR, delegate_office="mayor"
    )
    goal = Objective.objects.create(meeting=meeting, text="Less waste")
    area = SelectedArea.objects.create(meeting=meeting, area=scene.area, objective=goal)
    ExplorationDecision.objects.create(
        selected_area=area, participant=scene.alder, vote="yes", mandate="full"
    )
    ExplorationDecision.objects.create(
        selected_area=area,
        participant=scene.birk,
        vote="yes_if",
        condition="Exit after two years",
        dissent="One councillor against",
        mandate="subject_to_council",
    )
    NextStep.objects.create(
        meeting=meeting,
        owner=scene.birk,
        owner_name="Clara Clerk",
        action="Ask the lawyer",
        due=dt.date(2031, 1, 6),
    )
    FormalMeeting.objects.filter(pk=meeting.pk).update(
        state="held", held_at=timezone.now(), secretary="Rolf Recorder"
    )
    Case.objects.filter(pk=scene.case.pk).update(state=Case.State.RATIFICATION)
    _minute(scene, meeting)


def _minute(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    now = timezone.now()
    minutes = Minutes.objects.create(
        meeting=meeting,
        state="agreed",
        facts={},
        sha256="a" * 64,
        drafted_by="Rolf Recorder",
        sent_at=now,
        objections_until=now,
        closed_at=now,
    )
    MinutesVoice.objects.create(
        minutes=minutes,
        participant=scene.birk,
        voice="agrees",
        name=f"{MAYOR}, mayor",
        recorded_by="x",
        recorded_at=now,
    )
    Ratification.objects.create(
        meeting=meeting,
        participant=scene.birk,
        state="given",
        resolution="2031/7",
        resolved_on=dt.date(2031, 2, 1),
        recorded_by="Clara Clerk",
        recorded_at=now,
    )


def _prepare(scene: scenes.Scene) -> None:
    now = timezone.now()
    AreaPreparation.objects.create(
        area=scene.area,
        study_by="A joint working group",
        study_key="population",
        recorded_by="x",
        recorded_at=now,
    )
    PartyPreparation.objects.create(
        area=scene.area,
        participant=scene.birk,
        legal_basis="Municipal code, art. 5",
        official_name="Otto Official",
        official_role="head of legal services",
        how_now="Own lorries; write to otto@birk.example",
        service_level="One round a week",
        recorded_by="x",
        recorded_at=now,
    )
    Stakeholder.objects.create(
        case=scene.case, name="Staff of the depot", concern="Place of work", recorded_by="x"
    )
    AuthorityStance.objects.create(
        area=scene.area,
        body=Body.objects.get(kind="region"),
        stance="favour",
        said_by="Wanda Witness",
        said_on=dt.date(2026, 11, 2),
        how="on the telephone",
    )


def make(scene: scenes.Scene, language: str = "en", kind: str = "full", **more: Any) -> HandOver:
    """A package, made by the lead."""
    actor = Actor.person(scene.lead)
    return handover.hand_over(case=scene.case, language=language, kind=kind, actor=actor, **more)


def unpack(package: HandOver) -> dict[str, bytes]:
    """Its files."""
    return archive.unpack(documents.read(package.file_name, sha256=package.sha256))


def facts(scene: scenes.Scene, kind: str = "full") -> dict[str, Any]:
    """What case.json says, without printing the PDF."""
    told = handover.tell(
        case=scene.case, wish=handover.Wish("en", kind), actor=Actor.person(scene.lead), now=NOW
    )
    known: dict[str, Any] = json.loads(archive.as_json(told))
    return known


def put(scene: scenes.Scene) -> HandOver:
    """A stored package with little in it."""
    content = archive.pack({"case.json": str(timezone.now()).encode()}, NOW)
    name, sha256 = documents.store("hand-overs/x/package.zip", content)
    return HandOver.objects.create(
        case=scene.case, file_name=name, sha256=sha256, size=len(content), made_by=scene.focal
    )


def stored(name: str) -> Path:
    """Where a stored file lies, to spoil it."""
    return Path(settings.STORAGES["documents"]["OPTIONS"]["location"]) / name


def pdf_text(content: bytes, folder: Path) -> str:
    """The words of a PDF with those of its metadata."""
    path = folder / "case.pdf"
    path.write_bytes(content)
    words = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout
    told = subprocess.run(["pdfinfo", "-meta", str(path)], capture_output=True, check=True).stdout
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True).stdout
    return " ".join((words + told + info).decode(errors="replace").split())
