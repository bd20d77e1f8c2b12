"""The exchange of the demo: illustrative offers of real municipalities, made by fictitious people."""

from __future__ import annotations

from dataclasses import dataclass

from imc_portal.core.audit import Actor
from meetings.sample.people import INITIATOR, STRANGER, municipality, person
from partners.models import Function, Interest, Listing
from partners.models.function import Mode
from partners.services import exchange, interests, probes

MORBIER = "39367"
AUTHORS = {
    INITIATOR: "focal@hauts-de-bienne.example",
    MORBIER: "focal@morbier.example",
    STRANGER: "focal@saint-claude.example",
}
OFFER, REQUEST = Listing.Kind.OFFER, Listing.Kind.REQUEST


@dataclass(frozen=True, slots=True)
class Entry:
    """One offer or request as its author types it; the last one waits for the curator."""

    code: str
    kind: str
    function: str
    title: str
    text: str
    capacity: str = ""
    mode: str = ""
    waits: bool = False


ENTRIES = (
    Entry(
        MORBIER,
        OFFER,
        "ECO-ROA",
        "A salt store with room for two more municipalities",
        "Our store by the main road is half empty each winter. We would load your vehicles by weight, "
        "also at night. (Illustrative: no such offer exists.)",
        "200 tonnes a winter",
        Mode.BUY_SELL,
    ),
    Entry(
        STRANGER,
        OFFER,
        "ADM-ICT",
        "IT support that still has two days a week",
        "Two of our staff keep servers and desks running and have time for smaller town halls. "
        "(Illustrative: no such offer exists.)",
        "two days a week",
        Mode.JOINT_ADMIN,
    ),
    Entry(
        STRANGER,
        REQUEST,
        "REC-LIB",
        "Partners for one library card in the Haut-Jura",
        "One card, one catalogue and a van on Thursdays: we look for libraries nearby. "
        "(Illustrative: no such request exists.)",
        mode=Mode.JOINT_PLANNING,
    ),
    Entry(
        INITIATOR,
        REQUEST,
        "ECO-ROA",
        "A driver for the night round in winter",
        "From December to March we lack one driver between two and six in the morning. "
        "(Illustrative: no such request exists.)",
        "one post, four months",
        Mode.JOINT_PRODUCTION,
    ),
    Entry(
        MORBIER,
        REQUEST,
        "ENV-WCO",
        "A lorry for the collection on Fridays",
        "Ours is in the workshop every other week. (Illustrative: no such request exists.)",
        waits=True,
    ),
)


def open_market() -> None:
    """Publish all but one, send one expression of interest, and let the portal put one private question."""
    curator = Actor.person(person("curator@portal.example"))
    listings = [_publish(entry, curator) for entry in ENTRIES]
    wanted = next(row for row in listings if row.municipality.code == INITIATOR)
    sender = person(AUTHORS[STRANGER])
    interests.express(
        interest=Interest(
            listing=wanted,
            municipality=municipality(STRANGER),
            why="One of our drivers lives near you and asks for more hours in winter. (Illustrative.)",
            brings="The driver and a second radio.",
            timing=Interest.Timing.NOW,
            contact_name=sender.name,
            contact_email=sender.email,
        ),
        actor=Actor.person(sender),
    )
    probes.ask(
        municipality=municipality(MORBIER),
        others=[municipality(INITIATOR)],
        function=Function.objects.get(pk="REC-LIB"),
        actor=Actor.person(person(AUTHORS[MORBIER])),
    )
    probes.put_questions()


def _publish(entry: Entry, curator: Actor) -> Listing:
    actor = Actor.person(person(AUTHORS[entry.code]))
    listing = exchange.draft(
        listing=Listing(
            municipality=municipality(entry.code),
            kind=entry.kind,
            function=Function.objects.get(pk=entry.function),
            mode=entry.mode,
            title=entry.title,
            text=entry.text,
            capacity=entry.capacity,
            created_by=actor.signed_in(),
        ),
        actor=actor,
    )
    listing = exchange.submit(listing=listing, actor=actor)
    if entry.waits:
        return listing
    return exchange.publish(listing=listing, seen=exchange.seen_mark(listing), actor=curator)
