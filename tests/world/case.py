"""One case with everything in it: needs, partners, papers; its talks stand beside."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from imc_portal.core import documents, links
from imc_portal.core.models import User
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
from tests import makers
from tests.world import before, handover, post
from tests.world.cast import SECRETS, World
from tests.world.talks import meet


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
    meet(world)
    _offer_to_merge(world)
    world.made |= handover.build(world.made, case, people["focal"])
    world.made |= before.build(world.made, case, people["lead"])
    world.made |= post.build(world.made, case)
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
