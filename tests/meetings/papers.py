"""Papers for the tests of the post room: an approved proposal with a rendered PDF for each recipient."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from meetings.agenda import Item
from meetings.models import InformalMeeting
from meetings.services import planning
from meetings.services.planning import Plan
from partners.models import Participant
from proposals.models import Annex, Document, Proposal, ProposalVersion, Statement
from tests.meetings.scenes import Scene

RENDERED, QUEUED = Document.State.RENDERED, Document.State.QUEUED


def pdf_of(participant: Participant) -> bytes:
    """Bytes that differ by recipient."""
    return f"%PDF-1.7\n% the paper of {participant} alone\n%%EOF\n".encode()


def draft(scene: Scene, number: int = 1) -> ProposalVersion:
    """A draft with an annex and a benefit for each guest."""
    proposal, _created = Proposal.objects.get_or_create(case=scene.case)
    version = ProposalVersion.objects.create(
        proposal=proposal, number=number, drafted_by=scene.focal, why="We write because."
    )
    for guest in scene.guests:
        annex = Annex.objects.create(version=version, participant=guest, opening=f"Dear {guest}.")
        Statement.objects.create(annex=annex, kind=Statement.Kind.CONTROL, text=f"{guest} has less control.")
        Statement.objects.create(
            annex=annex, kind=Statement.Kind.UNIT_COST, text=f"{guest} saves 12 % a year."
        )
    return version


def approve(version: ProposalVersion, scene: Scene, *, state: str = RENDERED) -> list[Document]:
    """The lead approves; the documents stand in the given state."""
    now = timezone.now()
    ProposalVersion.objects.filter(pk=version.pk).update(
        state="approved", approved_at=now, approved_by=scene.lead, submitted_at=now, submitted_by=scene.focal
    )
    papers = [
        Document.objects.create(version=version, participant=annex.participant, language="en")
        for annex in version.annexes.select_related("participant__municipality")
    ]
    if state == RENDERED:
        for paper in papers:
            render(paper)
    return papers


def render(paper: Document) -> None:
    """The PDF is there."""
    content = pdf_of(paper.participant)
    name, digest = documents.store(f"test/{paper.pk}.pdf", content)
    paper.state, paper.file_name, paper.sha256 = RENDERED, name, digest
    paper.size, paper.rendered_at = len(content), timezone.now()
    paper.save()


def plan_of(start: dt.datetime | None = None, **changes: object) -> Plan:
    """A plan in three weeks."""
    start = start or timezone.now() + dt.timedelta(days=21)
    values: dict[str, object] = {
        "starts_at": start,
        "ends_at": start + dt.timedelta(hours=2),
        "time_zone": "Europe/Paris",
        "place": "Town hall, Alder",
        "online_url": "",
        "agenda": [Item("Welcome", 10), Item("What next")],
    }
    return Plan(**(values | changes))  # type: ignore[arg-type]  # by name


def planned(scene: Scene, **changes: object) -> InformalMeeting:
    """A planned informal meeting."""
    return planning.plan_meeting(case=scene.case, plan=plan_of(**changes), actor=Actor.person(scene.focal))  # type: ignore[arg-type]  # by name
