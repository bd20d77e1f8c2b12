"""One case with everything in it, and the fixed cast that knocks on every door."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from imc_portal.core import documents, links
from imc_portal.core.models import OutgoingEmail, PersonalLink, User
from meetings import minutes_facts
from meetings.models import (
    Answer,
    Attitude,
    ClarificationRound,
    Dispatch,
    Expectation,
    ExpectationTopic,
    ExplorationDecision,
    FormalMeeting,
    GoalVoice,
    HandOver,
    InformalMeeting,
    Invitation,
    MeetingPaper,
    Minutes,
    MinutesVoice,
    NextStep,
    Objective,
    OverarchingGoal,
    Ratification,
    RecordNote,
    RecordRevision,
    Responsibility,
    SelectedArea,
    Telling,
)
from meetings.models.clarification import Question
from partners.discovery import frozen
from partners.discovery_data import rank_partners
from partners.models import (
    Case,
    CaseBody,
    CaseMerge,
    Function,
    Municipality,
    Participant,
    ProbeQuestion,
    RankingSnapshot,
    RankingWeights,
)
from proposals.models import (
    Annex,
    AreaTerms,
    Document,
    MemberInput,
    Proposal,
    ProposalVersion,
    Statement,
)
from tests import makers, world_before, world_handover

CAST = (
    "lead",
    "focal",
    "reader",
    "partner",
    "stranger",
    "observer",
    "curator",
    "facilitator",
    "nobody",
    "link",
)

#: Words that must never reach somebody they are not meant for.
SECRETS = {
    "ranking": "SECRET-RANKING-FIGURE",
    "weights": "SECRET-REASON-FOR-THE-WEIGHTS",
    "aside": "SECRET-REASON-FOR-SETTING-ASIDE",
    "contact": "SECRET-CONTACT-SUMMARY",
    "draft": "SECRET-DRAFT-TEXT",
    "figures": "SECRET-SOURCE-OF-A-FIGURE",
    "annex_b": "SECRET-ANNEX-OF-B",
    "annex_d": "SECRET-ANNEX-OF-D",
    "answer_a": "SECRET-ANSWER-OF-A",
    "answer_b": "SECRET-ANSWER-OF-B",
    "need": "SECRET-NEED-EVIDENCE",
    "need_b": "SECRET-NEED-EVIDENCE-OF-B",
    "aside_b": "SECRET-REASON-OF-B-FOR-SETTING-ASIDE",
    "unchecked": "SECRET-OFFER-NOBODY-HAS-CHECKED",
    "interest": "SECRET-INTEREST-OF-B",
    "call": "SECRET-CALL-NOT-PUBLISHED",
    "minutes_draft": "SECRET-DRAFT-OF-THE-MINUTES",
    "minutes_sent": "SECRET-OPEN-MINUTES",
    "expectation": "SECRET-EXPECTATION-OF-B",
    "record": "SECRET-WORDS-OF-THE-RECORD",
    **world_handover.SECRETS,
    **world_before.SECRETS,
}


@dataclass
class World:
    """Municipality A has the case; B and D take part; C is a stranger."""

    a: Municipality
    b: Municipality
    c: Municipality
    d: Municipality
    case: Case
    people: dict[str, User]
    link: PersonalLink
    token: str
    made: dict[str, object] = field(default_factory=dict)


def build() -> World:
    """A, B, C and D, and a case of A that has come as far as the formal meeting."""
    a, b, c, d = (
        makers.make_municipality(name) for name in ("Avignon-sur-Ain", "Bracon", "Cernans", "Dournon")
    )
    makers.make_neighbours(a, b)
    makers.make_neighbours(a, d)
    people = _people(a, b, c)
    need = makers.make_need(a, people["focal"], evidence=SECRETS["need"])
    case = makers.make_case(a, actor=people["focal"], need=need, state=Case.State.FORMAL_CONVENED)
    _attach(case, people)
    area = makers.make_area(case)
    partner = makers.make_participant(case, b, state=Participant.State.INVITED_FORMAL)
    other = makers.make_participant(case, d, state=Participant.State.INVITED_FORMAL)
    aside = makers.make_participant(
        case,
        makers.make_municipality("Eternoz"),
        state=Participant.State.SET_ASIDE,
        reason=SECRETS["aside"],
        contact=None,
    )
    ranking = _rank(case, partner, people["focal"])
    link = links.issue(purpose="participant", subject=partner.pk, holder=str(partner.contact), language="en")
    world = World(a, b, c, d, case, people, link, links.token_of(link))
    world.made |= {"need": need, "area": area, "partner": partner, "other": other, "aside": aside}
    world.made["ranking"] = ranking
    _log(world)
    _exchange(world)
    _propose(world)
    _meet(world)
    _offer_to_merge(world)
    world.made |= world_handover.build(world.made, case, people["focal"])
    world.made |= world_before.build(world.made, case, people["lead"])
    world.made["call"] = makers.make_call()
    world.made["cooperation"] = makers.make_cooperation("Union of A and B", [a, b])
    world.made["call_draft"] = makers.make_call(SECRETS["call"], published=False)
    return world


def _offer_to_merge(world: World) -> None:
    """B has a case of its own on the same function and offers to go on in that of A."""
    focal = world.people["partner"]
    need = makers.make_need(world.b, focal, evidence=SECRETS["need_b"])
    own = makers.make_case(world.b, actor=focal, need=need, title="Waste of Bracon", state="contacting")
    makers.make_participant(
        own, makers.make_municipality("Frasne"), state="set_aside", reason=SECRETS["aside_b"], contact=None
    )
    world.made["merge"] = CaseMerge.objects.create(
        case=own, into=world.case, reason="The same lorries.", offered_by=focal
    )


def _people(a: Municipality, b: Municipality, c: Municipality) -> dict[str, User]:
    return {
        "lead": makers.make_member(a, "lead", name="Lead of A"),
        "focal": makers.make_member(a, "focal_point", name="Focal of A"),
        "reader": makers.make_member(a, "reader", name="Reader of A"),
        "partner": makers.make_member(b, "focal_point", name="Focal of B"),
        "stranger": makers.make_member(c, "focal_point", name="Focal of C"),
        "observer": makers.make_body_member(makers.make_body("Region"), name="Observer"),
        "curator": makers.make_user("Curator", is_staff=True),
        "facilitator": makers.make_body_member(
            makers.make_body("Association", "facilitator"), "facilitator", name="Facilitator"
        ),
    }


def _attach(case: Case, people: dict[str, User]) -> None:
    for who in ("observer", "facilitator"):
        body = people[who].memberships.get().body
        assert body is not None
        CaseBody.objects.create(case=case, body=body)


def _rank(case: Case, partner: Participant, focal: User) -> RankingSnapshot:
    """Weights of the case's own, and the ranking that the choice of the partner used."""
    RankingWeights.objects.create(
        case=case, weights={"proximity": 40}, reason=SECRETS["weights"], set_by=focal
    )
    ranked = rank_partners(case.initiator, case=case)
    rows = [row | {"name": SECRETS["ranking"]} for row in frozen.freeze(ranked)]
    snapshot = RankingSnapshot.objects.create(case=case, taken_by="x", weights={"proximity": 40}, rows=rows)
    partner.ranking = snapshot
    partner.save(update_fields=["ranking"])
    return snapshot


def _log(world: World) -> None:
    partner = world.made["partner"]
    assert isinstance(partner, Participant)
    assert partner.contact is not None
    partner.contacts.create(
        contact=partner.contact,
        channel="phone",
        result="open",
        summary=SECRETS["contact"],
        at=timezone.now(),
        logged_by=world.people["focal"],
    )


def _exchange(world: World) -> None:
    """An offer of A with the interest of B, a draft of A, a private yes of A, a private question to B."""
    focal = world.people["focal"]
    listing = makers.make_listing(world.a, created_by=focal)
    draft = makers.make_listing(world.a, created_by=focal, state="draft", text=SECRETS["unchecked"])
    interest = makers.make_interest(listing, world.people["partner"], why=SECRETS["interest"])
    probe = makers.make_probe(world.a, world.b, said_by=focal)
    question = ProbeQuestion.objects.create(municipality=world.b, function=probe.function)
    question.about.set([world.a, world.c, world.d])
    world.made |= {"listing": listing, "unchecked": draft, "interest": interest}
    world.made |= {"probe": probe, "question": question}


def _propose(world: World) -> None:
    """An approved first version with documents, and a second one in draft."""
    proposal = Proposal.objects.create(case=world.case)
    now = timezone.now()
    first = ProposalVersion.objects.create(
        proposal=proposal,
        number=1,
        state="approved",
        drafted_by=world.people["focal"],
        submitted_at=now,
        submitted_by=world.people["focal"],
        approved_at=now,
        approved_by=world.people["lead"],
        why="Why we write",
    )
    draft = ProposalVersion.objects.create(
        proposal=proposal, number=2, drafted_by=world.people["focal"], why=SECRETS["draft"]
    )
    for key in ("partner", "other"):
        participant = world.made[key]
        assert isinstance(participant, Participant)
        secret = SECRETS["annex_b" if key == "partner" else "annex_d"]
        for version in (first, draft):
            annex = Annex.objects.create(version=version, participant=participant, opening=secret)
            statement = Statement.objects.create(annex=annex, kind="unit_cost", text=secret)
            world.made[f"annex_{key}_{version.number}"] = annex
            world.made[f"statement_{key}_{version.number}"] = statement
        name, digest = documents.store(f"test/{key}.pdf", b"%PDF-1.7 " + secret.encode())
        world.made[f"document_{key}"] = Document.objects.create(
            version=first,
            participant=participant,
            language="en",
            state="rendered",
            file_name=name,
            sha256=digest,
            size=40,
            rendered_at=now,
        )
    _reckon(proposal, world.made["other"])
    world.made |= {"proposal": proposal, "version": first, "draft": draft}


def _reckon(proposal: Proposal, participant: object) -> None:
    """What D told of its cost, and a grant."""
    function = Function.objects.get(pk="ENV-WCO")
    MemberInput.objects.create(
        proposal=proposal,
        participant=participant,  # type: ignore[misc]  # kept as objects
        function=function,
        annual_cost=Decimal(98_765),
        year=2025,
        source=SECRETS["figures"],
    )
    AreaTerms.objects.create(
        proposal=proposal, function=function, grant_amount=Decimal(5), grant_source=SECRETS["figures"]
    )


def _meet(world: World) -> None:
    """An informal meeting that was held, answers under seal, a formal meeting with outcomes."""
    now = timezone.now()
    place = {"host": world.a, "time_zone": "Europe/Paris", "place": "Town hall", "called_at": now}
    informal = InformalMeeting.objects.create(
        case=world.case,
        kind="informal",
        state="called",
        starts_at=now + dt.timedelta(days=30),
        ends_at=now + dt.timedelta(days=30, hours=2),
        **place,
    )
    formal = FormalMeeting.objects.create(
        case=world.case,
        kind="formal",
        state="called",
        starts_at=now + dt.timedelta(days=60),
        ends_at=now + dt.timedelta(days=60, hours=2),
        **place,
    )
    initiator = world.case.participants.get(state="initiator")
    for participant in (initiator, world.made["partner"], world.made["other"]):
        assert isinstance(participant, Participant)
        for meeting in (informal, formal):
            invitation = Invitation.objects.create(
                meeting=meeting,
                participant=participant,
                link=world.link if participant == world.made["partner"] else None,
            )
            world.made[f"invitation_{meeting.kind}_{participant.municipality.name}"] = invitation
            if meeting == informal and not participant.is_initiator:
                key = "partner" if participant == world.made["partner"] else "other"
                document = world.made[f"document_{key}"]
                assert isinstance(document, Document)
                world.made[f"dispatch_{key}"] = Dispatch.objects.create(
                    invitation=invitation,
                    document=document,
                    due_at=now - dt.timedelta(hours=1),
                    email=_sent(world, key, now),
                )
    _record(informal)
    world.made |= {"informal": informal, "formal": formal}
    _answer(world, initiator)
    _expect(world, initiator)
    _decide(world, formal, initiator)


def _record(meeting: InformalMeeting) -> None:
    """What was written down so far: for those alone who run the case."""
    text = SECRETS["record"]
    note = RecordNote.objects.create(meeting=meeting, position=0, title="In general", text=text, revision=1)
    RecordRevision.objects.create(note=note, number=1, text=text, kept_by="x", kept_at=timezone.now())


def _sent(world: World, key: str, now: dt.datetime) -> OutgoingEmail:
    """The message that carried a paper, accepted by a mail server."""
    return OutgoingEmail.objects.create(
        key=key,
        context=world.case.context,
        to_address=f"{key}@example.org",
        subject="A proposal",
        text="Good day",
        message_id=f"<{key}@example.org>",
        not_before=now,
        state="sent",
        sent_at=now,
    )


def _answer(world: World, initiator: Participant) -> None:
    now = timezone.now()
    sealed = ClarificationRound.objects.create(case=world.case, deadline=now + dt.timedelta(days=37))
    area, partner, other = world.made["area"], world.made["partner"], world.made["other"]
    for participant in (initiator, partner, other):
        for question in Question:
            Answer.objects.create(round=sealed, participant=participant, question=question, area=area)  # type: ignore[misc]  # kept as objects
    for who, secret in ((initiator, "answer_a"), (partner, "answer_b")):
        Answer.objects.filter(participant=who, question=1).update(  # type: ignore[misc]  # as above
            state="answered", choice="3", text=SECRETS[secret], answered_at=now, answered_by="x"
        )
    world.made["round"] = sealed
    for who, key in ((initiator, "answer_a"), (partner, "answer_b")):
        world.made[key] = Answer.objects.get(participant=who, question=1)  # type: ignore[misc]  # as above
    for who in (initiator, partner):
        stated = Attitude.objects.create(participant=who, value="positive", stated_by="x")  # type: ignore[misc]  # as above
        stated.by_area.create(area=area, value="positive")  # type: ignore[misc]  # as above


def _expect(world: World, initiator: Participant) -> None:
    """A topic of B on which A and B differ, a goal with one voice, a task, and a council that was told."""
    partner, secret = world.made["partner"], SECRETS["expectation"]
    assert isinstance(partner, Participant)
    topic = ExpectationTopic.objects.create(case=world.case, text="One price for all", raised_by=partner)
    for who, stance in ((initiator, "needs"), (partner, "cannot")):
        Expectation.objects.create(
            topic=topic, participant=who, stance=stance, interest=secret, stated_by="x"
        )
    goal = OverarchingGoal.objects.create(case=world.case, number=1, text=secret, drafted_by="x")
    GoalVoice.objects.create(
        goal=goal, participant=initiator, agrees=True, name="x", recorded_by="x", recorded_at=timezone.now()
    )
    task = Responsibility.objects.create(
        case=world.case, task=secret, participant=partner, name="x", recorded_by="x"
    )
    Telling.objects.create(
        participant=partner, audience="council", told_on=dt.date(2026, 1, 5), how=secret, recorded_by="x"
    )
    world.made |= {"topic": topic, "goal": goal, "task": task}


def _decide(world: World, formal: FormalMeeting, initiator: Participant) -> None:
    objective = Objective.objects.create(meeting=formal, text="Halve the cost of the winter service")
    selected = SelectedArea.objects.create(meeting=formal, area=world.made["area"], objective=objective)  # type: ignore[misc]  # as above
    ExplorationDecision.objects.create(
        selected_area=selected, participant=initiator, vote="yes", mandate="full"
    )
    step = NextStep.objects.create(
        meeting=formal,
        action="Ask the prefecture",
        owner=initiator,
        owner_name="Anna",
        due=dt.date(2027, 1, 15),
    )
    name, digest = documents.store("test/package.zip", b"PK zip")
    package = HandOver.objects.create(
        case=world.case, file_name=name, sha256=digest, size=6, made_by=world.people["focal"]
    )
    world.made |= {"objective": objective, "selected": selected, "step": step, "package": package}
    _minute(world, formal, initiator)


def _minute(world: World, formal: FormalMeeting, initiator: Participant) -> None:
    """Minutes with B's objection, of another held meeting a draft; a council of B that is awaited."""
    partner, now = world.made["partner"], timezone.now()
    assert isinstance(partner, Participant)
    Invitation.objects.filter(meeting=formal).update(present=True, delegate_name="Somebody")
    minutes = Minutes.objects.create(
        meeting=formal, introduction=SECRETS["minutes_sent"], drafted_by="x", sent_at=now, state="draft"
    )
    minutes.facts = minutes_facts.gather(minutes, now)
    minutes.state, minutes.objections_until = "sent", now + dt.timedelta(days=14)
    minutes.save()
    voice = MinutesVoice.objects.create(
        minutes=minutes,
        participant=partner,
        voice="objects",
        text=SECRETS["minutes_sent"],
        name="Mayor of B",
        recorded_by="x",
        recorded_at=now,
    )
    council = Ratification.objects.create(meeting=formal, participant=partner)
    name, digest = documents.store("test/minutes.pdf", b"%PDF-1.7 " + SECRETS["minutes_sent"].encode())
    MeetingPaper.objects.create(
        meeting=formal,
        kind="minutes",
        language="en",
        edition=1,
        state="stored",
        file_name=name,
        sha256=digest,
    )
    earlier = FormalMeeting.objects.create(
        case=world.case,
        kind="formal",
        state="held",
        held_at=now - dt.timedelta(days=90),
        called_at=now - dt.timedelta(days=120),
        starts_at=now - dt.timedelta(days=90),
        ends_at=now - dt.timedelta(days=89),
        host=world.a,
        time_zone="Europe/Paris",
        place="Town hall",
    )
    for participant in (initiator, partner):
        Invitation.objects.create(meeting=earlier, participant=participant, present=True, delegate_name="x")
    drafted = Minutes.objects.create(meeting=earlier, introduction=SECRETS["minutes_draft"], drafted_by="x")
    step = NextStep.objects.create(
        meeting=earlier, action="Count the ploughs", owner=partner, owner_name="Bert", due=dt.date(2027, 1, 5)
    )
    world.made |= {"earlier": earlier, "minutes": minutes, "minutes_draft": drafted, "objection": voice}
    world.made |= {"council": council, "step_of_b": step}
