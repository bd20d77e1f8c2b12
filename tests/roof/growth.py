"""A world in which one more of each thing comes to stand."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from imc_portal.core import audit, documents
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings.models import (
    Answer,
    Attitude,
    ClarificationRound,
    DateSlot,
    Dispatch,
    Expectation,
    ExpectationTopic,
    ExplorationDecision,
    FormalMeeting,
    GoalVoice,
    HandOver,
    InformalMeeting,
    Invitation,
    Meeting,
    Minutes,
    MinutesVoice,
    NextStep,
    Objective,
    OverarchingGoal,
    Ratification,
    Responsibility,
    SelectedArea,
    Telling,
)
from meetings.models.clarification import Question
from partners.models import (
    CandidateArea,
    Case,
    CaseBody,
    Function,
    ImportRun,
    Need,
    Participant,
    ProbeQuestion,
)
from partners.models.register import AuthorityStance, CooperationMember, ExistingCooperation
from proposals.models import Annex, Document, ProposalVersion, Statement
from tests import makers
from tests.roof import growing_post
from tests.world import World

FUNCTIONS = ("ADM-TAX", "ADM-ICT", "REC-LIB", "ECO-ROA")


class Growth:
    """Adds one more of everything that a page could list."""

    def __init__(self, world: World) -> None:
        self.world, self.case = world, world.case
        self.number = 0

    def add(self) -> None:
        """One more municipality in the talks, one more area, and all that hangs on them."""
        self.number += 1
        self._around()
        self._exchange()
        area = self._area()
        participant = self._participant()
        self._paper(participant)
        self._version()
        self._meet(participant)
        growing_post.write(self.world, participant, self.number)
        for each in self.case.participants.exclude(state="set_aside"):
            self._answer(each, area)
        self._expect()
        self._decide(area)
        self._minute(participant)
        audit.record(
            Actor.person(self.world.people["lead"]),
            "moved the case",
            self.case,
            context=self.case.context,
            after={"state": "formal_convened"},
        )

    def _around(self) -> None:
        """Register, municipalities, people, needs and other cases of A and B."""
        world, n = self.world, self.number
        body = ExistingCooperation.objects.create(country="FR", code=f"Q{n}", name=f"Cooperation {n}")
        neighbour = makers.make_municipality()
        for town in (world.a, world.b, neighbour):
            CooperationMember.objects.create(cooperation=body, municipality=town)
        for town in (world.a, world.b):
            makers.make_neighbours(town, neighbour)
            makers.make_contact(town, office="deputy", term_start=dt.date(2026, 1, n))
        makers.make_participant(self.case, neighbour, state=Participant.State.SET_ASIDE, reason="far")
        need = makers.make_need(world.a, world.people["focal"], function=FUNCTIONS[n])
        other = makers.make_case(world.a, actor=world.people["focal"], need=need)
        self.case.needs.add(Need.objects.get(pk=need.pk))
        makers.make_participant(other, world.b)
        for who in ("observer", "facilitator"):
            seat = world.people[who].memberships.get()
            assert seat.body is not None
            CaseBody.objects.create(case=other, body=seat.body)
        Case.objects.filter(pk=other.pk).update(state="informal_meeting")
        meeting = InformalMeeting.objects.create(**self._meeting(other, "informal"))
        for participant in other.participants.all():
            Invitation.objects.create(meeting=meeting, participant=participant)
        ClarificationRound.objects.create(case=other, deadline=timezone.now() + dt.timedelta(days=30))
        CaseBody.objects.create(case=self.case, body=makers.make_body())
        ImportRun.objects.create(kind="municipalities", file_name=f"{n}.csv", sha256="0" * 64)
        makers.make_call(functions=FUNCTIONS, min_partners=9, regions=["27"])
        self.world.made["call"].functions.add(FUNCTIONS[n])  # type: ignore[attr-defined]  # kept as objects

    def _exchange(self) -> None:
        """Offers and requests, interest in them, private yeses and questions, of A, B and others."""
        world, code = self.world, FUNCTIONS[self.number]
        for town, who in ((world.a, "focal"), (world.b, "partner")):
            listing = makers.make_listing(town, created_by=world.people[who])
            makers.make_listing(town, created_by=world.people[who], state="submitted")
            makers.make_interest(listing, makers.make_member(makers.make_municipality()))
            makers.make_interest(makers.make_listing(), world.people[who])
            ProbeQuestion.objects.create(municipality=town, function=Function.objects.get(pk=code))
        makers.make_interest(world.made["listing"], makers.make_member(makers.make_municipality()))  # type: ignore[arg-type]  # kept as objects
        for one, other in ((world.a, world.b), (world.b, world.a), (world.a, world.c), (world.b, world.c)):
            makers.make_probe(one, other, function=code, said_by=world.people["focal"])
        question = world.made["question"]
        question.about.add(makers.make_municipality())  # type: ignore[attr-defined]  # as above

    def _meeting(self, case: Case, kind: str) -> dict[str, object]:
        now = timezone.now()
        return {
            "case": case,
            "kind": kind,
            "state": "called",
            "called_at": now,
            "host": self.world.a,
            "starts_at": now + dt.timedelta(days=20),
            "ends_at": now + dt.timedelta(days=20, hours=2),
            "time_zone": "Europe/Paris",
            "place": "Town hall",
        }

    def _area(self) -> CandidateArea:
        function = Function.objects.get(pk=FUNCTIONS[self.number])
        area = CandidateArea.objects.create(
            case=self.case, function=function, mode="agreement", state="agreed", own_competence=True
        )
        body = self.case.bodies.first()
        assert body is not None
        for each in self.case.areas.all():
            AuthorityStance.objects.create(
                area=each,
                body=body.body,
                stance="favour",
                said_by="X",
                said_on=dt.date(2026, 1, 1),
                how="by phone",
            )
        return area

    def _participant(self) -> Participant:
        town = makers.make_municipality(f"Grown {self.number}")
        makers.make_neighbours(self.world.a, town)
        participant = makers.make_participant(self.case, town, state=Participant.State.INVITED_FORMAL)
        for each in self.case.participants.exclude(contact=None):
            assert each.contact is not None
            each.contacts.create(
                contact=each.contact,
                channel="phone",
                result="open",
                summary="Open",
                at=timezone.now(),
                logged_by=self.world.people["focal"],
            )
        return participant

    def _paper(self, participant: Participant) -> None:
        for version in ProposalVersion.objects.filter(proposal__case=self.case):
            annex = Annex.objects.create(version=version, participant=participant, opening="Good day")
            Statement.objects.create(annex=annex, kind="unit_cost", text="Less")
            Statement.objects.create(annex=annex, kind="control", text="Shared")
        for annex in Annex.objects.filter(version__proposal__case=self.case):
            Statement.objects.create(annex=annex, kind="remoteness", text="Farther")
        self._document(participant, ProposalVersion.objects.get(proposal__case=self.case, number=1))

    def _document(self, participant: Participant, version: ProposalVersion) -> Document:
        name, digest = documents.store(f"test/{participant.pk}.pdf", b"%PDF-1.7 grown")
        return Document.objects.create(
            version=version,
            participant=participant,
            language="en",
            state="rendered",
            file_name=name,
            sha256=digest,
            size=14,
            rendered_at=timezone.now(),
        )

    def _version(self) -> None:
        """An older approved version between the first and the draft."""
        now, people = timezone.now(), self.world.people
        proposal = self.world.made["version"].proposal  # type: ignore[attr-defined]  # kept as objects
        open_one = proposal.versions.get(state="draft")
        ProposalVersion.objects.filter(pk=open_one.pk).update(number=open_one.number + 1)
        version = ProposalVersion.objects.create(
            proposal=proposal,
            number=open_one.number,
            state="approved",
            drafted_by=people["focal"],
            submitted_at=now,
            submitted_by=people["focal"],
            approved_at=now,
            approved_by=people["lead"],
        )
        for participant in self.case.participants.filter(state="invited_formal"):
            annex = Annex.objects.create(version=version, participant=participant)
            Statement.objects.create(annex=annex, kind="unit_cost", text="Less")
            self._document(participant, version)

    def _meet(self, participant: Participant) -> None:
        for meeting in (self.world.made["informal"], self.world.made["formal"]):
            invitation = Invitation.objects.create(meeting=meeting, participant=participant)  # type: ignore[misc]  # kept as objects
            if isinstance(meeting, InformalMeeting):
                self._dispatch(invitation)
            invitation.delegates.create(name=f"Companion {self.number}")
            self._before(meeting)
            meeting.notes_by_item.create(  # type: ignore[attr-defined]  # as above
                position=self.number, title=f"Item {self.number}", text="Said"
            )
            meeting.agenda = [*meeting.agenda, {"title": f"Item {self.number}", "minutes": 5}]  # type: ignore[attr-defined]  # as above
            meeting.save()  # type: ignore[attr-defined]  # as above
        old = self._meeting(self.case, "informal")
        gone = {"state": "cancelled", "cancelled_because": "Snow"}
        InformalMeeting.objects.create(**(old | gone))
        FormalMeeting.objects.create(**(old | gone | {"kind": "formal"}))
        name, digest = documents.store(f"test/{self.number}.zip", b"PK zip")
        HandOver.objects.create(
            case=self.case, file_name=name, sha256=digest, size=6, made_by=self.world.people["focal"]
        )

    def _before(self, meeting: object) -> None:
        """A guest; one more time in the question for a date, answered by everybody who is asked."""
        assert isinstance(meeting, Meeting)
        body = makers.make_body(f"Body {self.number} {meeting.kind}")
        meeting.guests.create(body=body, role="observer")
        poll = self.world.made["poll"]
        start = timezone.now() + dt.timedelta(days=30, minutes=DateSlot.objects.count())
        ends = start + dt.timedelta(hours=2)
        slot = DateSlot.objects.create(poll=poll, starts_at=start, ends_at=ends)  # type: ignore[misc]  # kept as objects
        said = {"answered_by": "x", "answered_at": timezone.now(), "value": "yes"}
        for each in self.case.participants.exclude(state="set_aside"):
            slot.answers.create(participant=each, name=f"Mayor {self.number}", **said)

    def _dispatch(self, invitation: Invitation) -> None:
        now = timezone.now()
        key = f"grown {self.number}"
        email = OutgoingEmail.objects.create(
            key=key,
            context=self.case.context,
            to_address="grown@example.org",
            subject="A proposal",
            text="Good day",
            message_id=f"<{self.number}@example.org>",
            not_before=now,
            state="sent",
            sent_at=now,
        )
        document = Document.objects.get(participant=invitation.participant, version__number=1)
        Dispatch.objects.create(
            invitation=invitation, document=document, due_at=now - dt.timedelta(hours=1), email=email
        )

    def _answer(self, participant: Participant, area: CandidateArea) -> None:
        """A cell for each question and area, half of them answered; one more attitude."""
        sealed = ClarificationRound.objects.get(case=self.case)
        for each in self.case.areas.filter(state="agreed"):
            for question in Question:
                Answer.objects.get_or_create(
                    round=sealed, participant=participant, question=question, area=each
                )
        Answer.objects.filter(participant=participant, question=1).update(
            state="answered", choice="3", text="x", answered_at=timezone.now(), answered_by="x"
        )
        stated = Attitude.objects.create(participant=participant, value="positive", stated_by="x")
        stated.by_area.create(area=area, value="positive")

    def _expect(self) -> None:
        """One more topic with everybody's stance, another wording of the goal, a task, and who was told."""
        n, parties = self.number, self.case.participants.exclude(state="set_aside")
        topic = ExpectationTopic.objects.create(
            case=self.case,
            text=f"Topic {n}",
            raised_by=self.world.made["partner"],  # type: ignore[misc]  # kept as objects
        )
        goal = OverarchingGoal.objects.create(case=self.case, number=n + 1, text=f"Goal {n}", drafted_by="x")
        for each in parties:
            for number in (1, 2):
                Expectation.objects.create(
                    topic=topic, participant=each, stance="needs", number=number, stated_by="x"
                )
            GoalVoice.objects.create(
                goal=goal,
                participant=each,
                agrees=True,
                name="x",
                recorded_by="x",
                recorded_at=timezone.now(),
            )
            Responsibility.objects.create(
                case=self.case, task=f"Task {n} of {each}", participant=each, name="x", recorded_by="x"
            )
            Telling.objects.create(
                participant=each, audience="staff", told_on=dt.date(2026, 1, n), recorded_by="x"
            )

    def _decide(self, area: CandidateArea) -> None:
        formal = self.world.made["formal"]
        assert isinstance(formal, FormalMeeting)
        objective = Objective.objects.create(meeting=formal, text=f"Objective {self.number}")
        SelectedArea.objects.create(meeting=formal, area=area, objective=objective)
        for participant in self.case.participants.exclude(state="set_aside"):
            for selected in formal.selected_areas.all():
                ExplorationDecision.objects.get_or_create(
                    selected_area=selected,
                    participant=participant,
                    defaults={"vote": "yes", "mandate": "full"},
                )
            NextStep.objects.create(
                meeting=formal, action="Ask", owner=participant, owner_name="Anna", due=dt.date(2027, 1, 15)
            )

    def _minute(self, participant: Participant) -> None:
        """One more delegation with a word on the minutes, a council awaited, an older version, steps."""
        minutes, earlier = self.world.made["minutes"], self.world.made["earlier"]
        assert isinstance(minutes, Minutes)
        assert isinstance(earlier, FormalMeeting)
        assert minutes.facts is not None
        minutes.facts["asked"].append({"id": str(participant.pk), "name": str(participant)})
        minutes.number = self.number + 1
        minutes.save(update_fields=["facts", "number"])
        for voice, text in (("objects", "No"), ("agrees", "")):
            MinutesVoice.objects.create(
                minutes=minutes,
                participant=participant,
                voice=voice,
                text=text,
                name="x",
                recorded_by="x",
                recorded_at=timezone.now(),
            )
        Ratification.objects.create(meeting=minutes.meeting, participant=participant)
        Minutes.objects.create(
            meeting=minutes.meeting,
            number=self.number,
            state="replaced",
            facts=minutes.facts,
            sent_at=timezone.now(),
            objections_until=timezone.now(),
            drafted_by="x",
        )
        Invitation.objects.create(meeting=earlier, participant=participant, present=True, delegate_name="x")
        before = self.world.made["step_of_b"]
        for owner in (participant, self.world.made["partner"], self.case.participants.get(state="initiator")):
            step = NextStep.objects.create(
                meeting=earlier,
                action="Ask",
                owner=owner,  # type: ignore[misc]  # kept as objects
                owner_name="x",
                due=dt.date(2026, 1, 5),
            )
            step.depends_on.add(before)  # type: ignore[arg-type]  # as above
