"""Scenes for the tests of the talks: a case with its parties, brought to the step a test is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import links
from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from meetings.models import (
    Answer,
    ClarificationRound,
    FormalMeeting,
    InformalMeeting,
    Invitation,
    Meeting,
)
from meetings.services import answers
from partners.models import CandidateArea, Case, CaseBody, Participant
from tests import makers

#: By question: what makes a complete answer.
COMPLETE: dict[int, dict[str, object]] = {
    1: {"choice": "3"},
    2: {"choice": "partly"},
    3: {"causes": ["too_small"]},
    4: {"choice": "yes"},
    5: {"text": "none known"},
    6: {"choice": "seriously"},
    7: {"choice": "unknown"},
}


@dataclass
class Scene:
    """A case of Alder (initiator), Birk and Corn, with one person of each kind."""

    case: Case
    area: CandidateArea
    alder: Participant
    guests: list[Participant]
    focal: User
    lead: User
    reader: User
    guest: User
    guest_lead: User
    stranger: User
    observer: User
    facilitator: User
    clarification: ClarificationRound | None = None
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def birk(self) -> Participant:
        """The first guest."""
        return self.guests[0]

    @property
    def corn(self) -> Participant:
        """The second guest."""
        return self.guests[1]

    @property
    def everybody(self) -> list[Participant]:
        """All participants, the initiator first."""
        return [self.alder, *self.guests]


def make_scene(guests: int = 2, *, state: str = Case.State.INFORMAL_MEETING) -> Scene:
    """A case in the given state, with agreed area, participants and people."""
    alder = makers.make_municipality("Alder")
    focal = makers.make_member(alder, name="Anna Alder")
    case = makers.make_case(alder, actor=focal)
    area = makers.make_area(case)
    names = ["Birk", "Corn", *(f"Dorp {n}" for n in range(guests))]
    parties = [makers.make_participant(case, makers.make_municipality(name)) for name in names[:guests]]
    region, helper = makers.make_body(), makers.make_body(kind="facilitator")
    for body in (region, helper):
        CaseBody.objects.create(case=case, body=body)
    Case.objects.filter(pk=case.pk).update(state=state)
    case.refresh_from_db()
    return Scene(
        case=case,
        area=area,
        alder=case.participants.get(municipality=alder),
        guests=parties,
        focal=focal,
        lead=makers.make_member(alder, "lead", name="Lea Alder"),
        reader=makers.make_member(alder, "reader", name="Rita Alder"),
        guest=makers.make_member(parties[0].municipality, name="Bert Birk"),
        guest_lead=makers.make_member(parties[0].municipality, "lead", name="Bea Birk"),
        stranger=makers.make_member(makers.make_municipality("Elsewhere"), name="Stan Stranger"),
        observer=makers.make_body_member(region, name="Olga Observer"),
        facilitator=makers.make_body_member(helper, "facilitator", name="Fritz Facilitator"),
    )


def call_informal(scene: Scene, *, starts_in: dt.timedelta = dt.timedelta(days=20)) -> InformalMeeting:
    """A called informal meeting with everybody invited and the round of questions open."""
    meeting = InformalMeeting.objects.create(**_meeting(scene, Meeting.Kind.INFORMAL, starts_in))
    _invite(scene, meeting)
    scene.clarification = answers.open_round(meeting=meeting, actor=Actor.portal())
    return meeting


def call_formal(scene: Scene, *, starts_in: dt.timedelta = dt.timedelta(days=20)) -> FormalMeeting:
    """A called formal meeting with everybody invited."""
    Case.objects.filter(pk=scene.case.pk).update(state=Case.State.FORMAL_CONVENED)
    scene.case.refresh_from_db()
    meeting = FormalMeeting.objects.create(**_meeting(scene, Meeting.Kind.FORMAL, starts_in))
    _invite(scene, meeting)
    return meeting


def seat_everybody(meeting: Meeting, mandate: str = Invitation.Mandate.FULL) -> None:
    """Everybody invited is present with a mayor."""
    for row in meeting.invitations.select_related("participant__municipality"):
        row.present, row.delegate_office, row.mandate = True, "mayor", mandate
        row.delegate_name = f"Mayor of {row.participant}"
        row.save()


def reply_to(cell: Answer, **changes: object) -> answers.Reply:
    """A complete answer to a cell."""
    said = {"choice": "maybe"} if cell.call_id else COMPLETE[cell.question]
    values: dict[str, object] = {"state": Answer.State.ANSWERED, **said, **changes}
    return answers.Reply(answer=cell.pk, revision=cell.revision, **values)  # type: ignore[arg-type]  # by name


def answer_all(scene: Scene, participant: Participant, *, actor: Actor | None = None, text: str = "") -> None:
    """Every open cell of the participant is answered, with a text that could leak."""
    for cell in Answer.objects.filter(participant=participant, state=Answer.State.OPEN):
        changes = {"text": text} if text else {}
        answers.save(
            participant=participant,
            replies=[reply_to(cell, **changes)],
            actor=actor or Actor.person(scene.focal),
        )


def link_of(participant: Participant) -> str:
    """The token of the participant's personal link."""
    link = links.issue(
        purpose="participant", subject=participant.pk, holder=str(participant.contact), language="en"
    )
    return links.token_of(link)


def count_queries(client: Client, guests: int, prepare: Callable[[Scene], str]) -> int:
    """How many queries the initiator's page asks with so many guests; `prepare` returns its address."""
    scene = make_scene(guests)
    address = prepare(scene)
    client.force_login(scene.focal)
    assert client.get(address).status_code == 200
    return queries_of(client, address)


def queries_of(client: Client, address: str) -> int:
    """How many queries one page asks."""
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def _meeting(scene: Scene, kind: str, starts_in: dt.timedelta) -> dict[str, object]:
    start = timezone.now() + starts_in
    return {
        "case": scene.case,
        "kind": kind,
        "state": Meeting.State.CALLED,
        "called_at": timezone.now(),
        "host": scene.case.initiator,
        "starts_at": start,
        "ends_at": start + dt.timedelta(hours=2),
        "time_zone": "Europe/Paris",
        "place": "Town hall",
    }


def _invite(scene: Scene, meeting: Meeting) -> None:
    for participant in scene.everybody:
        Invitation.objects.create(meeting=meeting, participant=participant)


def sees(user: User, name: str, pk: object) -> tuple[int, str]:
    """Status and text of a page of the meetings as the person gets it."""
    client = Client()
    client.force_login(user)
    response = client.get(reverse(f"meetings:{name}", args=[pk]))
    return response.status_code, response.content.decode()


def refusal_of(wrong: dict[str, str]) -> int:
    """How a form refuses: the house turns away what cannot be shown before any form reads it."""
    return 400 if any("\0" in text for text in wrong.values()) else 422
