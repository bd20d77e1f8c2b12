"""Papers for the tests of the post room: an approved proposal with a rendered PDF for each recipient."""

from __future__ import annotations

import datetime as dt
import email
from email import policy
from email.message import EmailMessage

from django.utils import timezone
from icalendar import Calendar

from imc_portal.core import documents, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings.agenda import Item
from meetings.models import InformalMeeting, Meeting, MeetingPaper
from meetings.services import dispatch, planning
from meetings.services.planning import Plan
from partners.models import Case, Participant
from proposals.models import Annex, Document, Proposal, ProposalVersion, Statement
from tests.meetings.scenes import Scene, make_scene

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


def build(guests: int = 2) -> Scene:
    """A case at the proposal with a draft and a planned informal meeting; nothing approved."""
    scene = make_scene(guests, state=Case.State.PROPOSAL)
    scene.extra["version"] = draft(scene)
    scene.extra["meeting"] = planned(scene)
    return scene


def approve_draft(scene: Scene, **options: str) -> list[Document]:
    """The lead approves the draft that the scene was built with."""
    return approve(scene.extra["version"], scene, **options)  # type: ignore[arg-type]  # a version


def call(scene: Scene) -> None:
    """The draft is approved and the meeting called; its papers are queued."""
    approve_draft(scene)
    tick()


def called() -> Scene:
    """A called informal meeting, papers queued."""
    scene = build()
    call(scene)
    return scene


def print_agendas() -> None:
    """The agendas that wait are there: real files, but not set by the typesetter, which takes its time."""
    for row in MeetingPaper.objects.filter(state=MeetingPaper.State.WAITING):
        content = f"%PDF-1.7\n% agenda {row.meeting_id} {row.edition} {row.language}\n%%EOF\n".encode()
        name, digest = documents.store(f"test/{row.pk}.pdf", content)
        row.state, row.file_name, row.sha256 = MeetingPaper.State.STORED, name, digest
        row.size, row.stored_at = len(content), timezone.now()
        row.save()


def tick(now: dt.datetime | None = None) -> dispatch.Report:
    """The clock goes on until the agendas are printed and what waited for them is queued."""
    first = dispatch.dispatch_due(now=now)
    print_agendas()
    then = dispatch.dispatch_due(now=now)
    counts = {name: count + then.counts[name] for name, count in first.counts.items()}
    return dispatch.Report(**(counts | {"in_trouble": then.in_trouble}))


def leave(**which: object) -> int:
    """What waits leaves, and is accepted; `which` chooses among it. Returns how many left."""
    waiting = OutgoingEmail.objects.filter(state=OutgoingEmail.State.QUEUED, **which)
    return sum(outbox.deliver(pk) == OutgoingEmail.State.SENT for pk in waiting.values_list("pk", flat=True))


def meeting_of(scene: Scene) -> Meeting:
    """The meeting that the scene was built with, as it stands now."""
    return Meeting.objects.get(pk=scene.extra["meeting"].pk)  # type: ignore[attr-defined]  # a meeting


def built(row: OutgoingEmail) -> EmailMessage:
    """The message as it would leave, read again by another parser."""
    message = email.message_from_bytes(outbox.build(row).message().as_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def calendar_of(row: OutgoingEmail) -> Calendar:
    """The invitation for the calendar that the message carries."""
    part = next(p for p in built(row).walk() if p.get_content_type() == "text/calendar")
    return Calendar.from_ical(part.get_payload(decode=True))  # type: ignore[arg-type]  # bytes of a leaf
