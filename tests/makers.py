"""Plain makers of records for tests: sensible defaults, no surprises."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from partners.models import (
    Baseline,
    Body,
    CandidateArea,
    Case,
    CooperationMember,
    ExistingCooperation,
    Function,
    FundingCall,
    Interest,
    Listing,
    Membership,
    Municipality,
    Need,
    NeighbourLink,
    OfficeHolder,
    Outline,
    Participant,
    Probe,
)
from partners.services import areas, cases
from proposals import services as proposal_services
from proposals.models import ProposalVersion

_number = itertools.count(1)
PASSWORD = "a-long-enough-password"  # of accounts that live as long as a test


def make_municipality(name: str = "", **fields: Any) -> Municipality:
    """A municipality of some 3,000 inhabitants near Lons-le-Saunier."""
    n = next(_number)
    defaults: dict[str, Any] = {
        "country": "FR",
        "code": f"T{n:05}",
        "population": 3000,
        "latitude": 46.6 + n % 50 / 100,
        "longitude": 5.5 + n % 50 / 100,
        "county": "39",
        "county_name": "Jura",
        "district": "391",
        "language": "en",
        "time_zone": "Europe/Paris",
    }
    boundary = fields.pop("boundary", None)
    municipality = Municipality.objects.create(name=name or f"Commune {n}", **(defaults | fields))
    if boundary:
        Outline.objects.create(municipality=municipality, geometry=boundary)
    return municipality


def make_neighbours(one: Municipality, other: Municipality, shared_km: float = 2.0) -> NeighbourLink:
    """A shared border."""
    a, b = sorted((one, other), key=lambda municipality: municipality.pk)
    return NeighbourLink.objects.create(a=a, b=b, shared_km=shared_km)


def make_user(name: str = "", **fields: Any) -> User:
    """Somebody who can sign in with PASSWORD."""
    name = name or f"Person {next(_number)}"
    email = fields.pop("email", f"{name.lower().replace(' ', '.')}.{next(_number)}@example.org")
    return User.objects.create_user(email, PASSWORD, name=name, **fields)


def make_member(municipality: Municipality, role: str = "focal_point", **fields: Any) -> User:
    """A user with one seat in the municipality."""
    user = make_user(**fields)
    Membership.objects.create(user=user, municipality=municipality, role=role)
    return user


def make_body(name: str = "", kind: str = "region") -> Body:
    """A region, ministry, association or facilitator."""
    return Body.objects.create(name=name or f"Body {next(_number)}", kind=kind, country="FR")


def make_body_member(body: Body, role: str = "observer", **fields: Any) -> User:
    """A user with one seat in the body."""
    user = make_user(**fields)
    Membership.objects.create(user=user, body=body, role=role)
    return user


def make_contact(municipality: Municipality, **fields: Any) -> OfficeHolder:
    """The mayor in office, with an address."""
    n = next(_number)
    defaults: dict[str, Any] = {
        "office": "mayor",
        "name": f"Mayor {n}",
        "email": f"mayor{n}@example.org",
        "term_start": dt.date(2026, 3, 23),
        "verified_at": dt.date(2026, 10, 1),
    }
    return OfficeHolder.objects.create(municipality=municipality, **(defaults | fields))


def make_need(municipality: Municipality, owner: User | None = None, **fields: Any) -> Need:
    """A serious, evidenced need in waste collection with a baseline."""
    cost = fields.pop("annual_cost", Decimal(150_000))
    defaults: dict[str, Any] = {
        "function": Function.objects.get(pk=fields.pop("function", "ENV-WCO")),
        "severity": 3,
        "causes": ["too_small"],
        "statement": "Collection has become too expensive for us alone.",
        "evidence": "The contract rose by 18 % in 2025.",
    }
    need = Need.objects.create(
        municipality=municipality,
        owner=owner or make_member(municipality),
        **(defaults | fields),
    )
    if cost is not None:
        Baseline.objects.create(
            need=need, annual_cost=cost, year=2025, source="accounts 2025", confidence="high"
        )
    return need


def make_call(title: str = "", *, functions: Sequence[str] = (), **fields: Any) -> FundingCall:
    """A published call of France, open for years, for two municipalities."""
    defaults: dict[str, Any] = {
        "title": title or f"Call {next(_number)}",
        "funder": "Ministry",
        "country": "FR",
        "deadline": dt.date(2099, 1, 31),
        "source": "Official journal, 2 November 2026",
        "published": True,
    }
    call = FundingCall.objects.create(**(defaults | fields))
    call.functions.set(Function.objects.filter(pk__in=functions))
    return call


def make_cooperation(
    name: str = "", members: Iterable[Municipality] = (), **fields: Any
) -> ExistingCooperation:
    """A cooperation on record with these members."""
    defaults: dict[str, Any] = {"country": "FR", "code": f"K{next(_number)}", "name": name}
    kept = ExistingCooperation.objects.create(**(defaults | fields))
    CooperationMember.objects.bulk_create(
        CooperationMember(cooperation=kept, municipality=member) for member in members
    )
    return kept


def make_case(initiator: Municipality | None = None, *, actor: User | None = None, **fields: Any) -> Case:
    """A case opened through the service; `state` and other fields are then set directly."""
    initiator = initiator or make_municipality("Alderney-sur-Seille")
    actor = actor or make_member(initiator)
    need = fields.pop("need", None) or make_need(initiator, actor)
    case = cases.open_case(
        need=need,
        title=fields.pop("title", "Shared waste collection"),
        trigger="finances",
        lead_time_days=fields.pop("lead_time_days", 10),
        actor=Actor.person(actor),
    )
    if fields:
        Case.objects.filter(pk=case.pk).update(**fields)
        case.refresh_from_db()
    return case


def make_area(case: Case, *, agreed: bool = True) -> CandidateArea:
    """The first candidate area of the case, taken into the talks."""
    area = case.areas.get()
    if agreed:
        areas.agree_area(area=area, actor=Actor.portal())
    return area


def make_participant(case: Case, municipality: Municipality | None = None, **fields: Any) -> Participant:
    """A municipality that is open to talk, with a recipient who has an address."""
    municipality = municipality or make_municipality()
    defaults: dict[str, Any] = {"state": Participant.State.ACKNOWLEDGED}
    if "contact" not in fields:
        defaults["contact"] = make_contact(municipality)
    return Participant.objects.create(case=case, municipality=municipality, **(defaults | fields))


def make_draft(
    case: Case | None = None, *, recipients: int = 2, actor: User | None = None
) -> ProposalVersion:
    """A complete draft of a proposal: an agreed area, recipients with address, benefit and cost for each."""
    case = case or make_case()
    if case.areas.exclude(state=CandidateArea.State.AGREED).exists():
        make_area(case)
    for _ in range(recipients):
        make_participant(case)
    Case.objects.filter(pk=case.pk).update(state=Case.State.CONTACTING)
    case.refresh_from_db()
    author = Actor.person(actor or case.opened_by)
    version = proposal_services.start(case=case, actor=author).versions.get()
    for annex in version.annexes.all():
        annex.statements.all().delete()  # what the portal suggests depends on figures; tests of it begin anew
        for kind in ("unit_cost", "control"):
            proposal_services.add_statement(
                annex=annex, kind=kind, text=f"{kind} for {annex.participant}", actor=author
            )
    return version


def make_approved(version: ProposalVersion | None = None, *, lead: User | None = None) -> ProposalVersion:
    """The draft submitted by its author and approved by a lead."""
    version = version or make_draft()
    case = version.proposal.case
    lead = lead or make_member(case.initiator, Membership.Role.LEAD)
    if version.number > 1:
        ProposalVersion.objects.filter(pk=version.pk, what_changed="").update(what_changed="A figure.")
    proposal_services.submit(version=version, actor=Actor.person(version.drafted_by))
    return proposal_services.approve(version=version, actor=Actor.person(lead))


def make_listing(municipality: Municipality | None = None, **fields: Any) -> Listing:
    """A published offer in waste collection, checked by a curator; `state` and other fields change that."""
    municipality = municipality or make_municipality()
    state = fields.pop("state", Listing.State.PUBLISHED)
    checked = {}
    if state in (Listing.State.PUBLISHED, Listing.State.RETURNED):
        checked = {"checked_by": make_user(is_staff=True), "checked_at": timezone.now()}
    defaults: dict[str, Any] = {
        "kind": Listing.Kind.OFFER,
        "function": Function.objects.get(pk=fields.pop("function", "ENV-WCO")),
        "title": f"Room on our lorry {next(_number)}",
        "text": "Two days a week our lorry stands still.",
        "created_by": fields.pop("created_by", None) or make_member(municipality),
        "submitted_at": timezone.now() if state == Listing.State.SUBMITTED else None,
    }
    return Listing.objects.create(municipality=municipality, state=state, **(defaults | checked | fields))


def make_probe(municipality: Municipality, other: Municipality, **fields: Any) -> Probe:
    """A yes about the other, said by itself."""
    defaults: dict[str, Any] = {
        "function": Function.objects.get(pk=fields.pop("function", "ENV-WCO")),
        "interested": True,
        "asked_at": timezone.now(),
        "said_by": fields.pop("said_by", None) or make_member(municipality),
    }
    return Probe.objects.create(municipality=municipality, other=other, **(defaults | fields))


def make_interest(listing: Listing, sender: User, **fields: Any) -> Interest:
    """The standard form of the sender's municipality, not answered yet."""
    defaults: dict[str, Any] = {
        "why": "It fits our roads.",
        "timing": "this_year",
        "contact_name": sender.name,
        "contact_email": sender.email,
    }
    municipality = sender.memberships.exclude(municipality=None).get().municipality
    assert municipality is not None
    return Interest.objects.create(
        listing=listing, municipality=municipality, sent_by=sender, **(defaults | fields)
    )
