"""What each address needs in its path, taken from the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from partners.models import Evidence
from tests.world import World

Arguments = Callable[[World], dict[str, Any]]


def at(key: str) -> Arguments:
    """The primary key of something the world holds."""
    return lambda world: {"pk": world.made[key].pk}  # type: ignore[attr-defined]  # kept as objects


def no_arguments(world: World) -> dict[str, Any]:
    return {}


def in_case(world: World) -> dict[str, Any]:
    return {"pk": world.case.pk}


def of_case(world: World) -> dict[str, Any]:
    return {"case": world.case.pk}


def commune(world: World) -> dict[str, Any]:
    return {"country": world.b.country, "code": world.b.code}


def by_link(world: World) -> dict[str, Any]:
    return {"token": world.token}


def by_receiver(world: World) -> dict[str, Any]:
    return {"token": world.made["receiver_token"]}


def prepared(world: World) -> dict[str, Any]:
    return of_case(world) | {"area": world.made["area"].pk}  # type: ignore[attr-defined]  # kept as objects


def prepared_by_b(world: World) -> dict[str, Any]:
    return prepared(world) | {"participant": world.made["partner"].pk}  # type: ignore[attr-defined]  # as above


def prepared_by_link(world: World) -> dict[str, Any]:
    return by_link(world) | {"area": world.made["area"].pk}  # type: ignore[attr-defined]  # as above


def question(world: World) -> dict[str, Any]:
    return {"token": world.token, "number": 1}


def area_of(world: World) -> dict[str, Any]:
    return {"pk": world.case.pk, "area": world.made["area"].pk}  # type: ignore[attr-defined]  # as above


def partner_of(world: World) -> dict[str, Any]:
    return {"pk": world.case.pk, "participant": world.made["partner"].pk}  # type: ignore[attr-defined]  # as above


def candidate_of(world: World) -> dict[str, Any]:
    return {"pk": world.case.pk, "municipality": world.b.pk}


def ranking_of(world: World) -> dict[str, Any]:
    return {"pk": world.case.pk, "snapshot": world.made["ranking"].pk}  # type: ignore[attr-defined]  # as above


def cell(world: World) -> dict[str, Any]:
    partner = world.made["partner"]
    return {"case": world.case.pk, "participant": partner.pk, "number": 1}  # type: ignore[attr-defined]  # as above


def said_of(key: str) -> Arguments:
    """The answer of somebody in the case."""
    return lambda world: {"case": world.case.pk, "pk": world.made[key].pk}  # type: ignore[attr-defined]  # as above


def said_by_link(world: World) -> dict[str, Any]:
    return {"token": world.token, "pk": world.made["answer_b"].pk}  # type: ignore[attr-defined]  # as above


def question_of(world: World) -> dict[str, Any]:
    return {"case": world.case.pk, "number": 1}


def said_by(world: World) -> dict[str, Any]:
    return {"case": world.case.pk, "participant": world.made["partner"].pk}  # type: ignore[attr-defined]  # as above


def topic_of(world: World) -> dict[str, Any]:
    return {"pk": world.made["topic"].pk, "participant": world.made["partner"].pk}  # type: ignore[attr-defined]  # as above


def goal_of(world: World) -> dict[str, Any]:
    return {"pk": world.made["goal"].pk, "participant": world.made["partner"].pk}  # type: ignore[attr-defined]  # as above


def topic_by_link(world: World) -> dict[str, Any]:
    return {"token": world.token, "topic": world.made["topic"].pk}  # type: ignore[attr-defined]  # as above


def planned(world: World) -> dict[str, Any]:
    return {"case": world.case.pk, "kind": "informal"}


def note_of(world: World) -> dict[str, Any]:
    return at("informal")(world) | {"position": 0}


def contact(world: World) -> dict[str, Any]:
    return {"pk": world.made["partner"].contact.pk}  # type: ignore[attr-defined]  # as above


def evidence_of_waste(world: World) -> dict[str, Any]:
    return {"pk": Evidence.objects.get(key="waste").pk}


def terms_of(world: World) -> dict[str, Any]:
    return {"pk": world.made["proposal"].pk, "function": "ENV-WCO"}  # type: ignore[attr-defined]  # as above


def figures_of(world: World) -> dict[str, Any]:
    return terms_of(world) | {"participant": world.made["partner"].pk}  # type: ignore[attr-defined]  # as above


def printed_minutes(world: World) -> dict[str, Any]:
    return at("minutes")(world) | {"language": "en"}


def word_of_b(world: World) -> dict[str, Any]:
    return at("minutes")(world) | {"participant": world.made["partner"].pk}  # type: ignore[attr-defined]  # as above


def own_minutes(world: World) -> dict[str, Any]:
    return by_link(world) | {"minutes": world.made["minutes"].pk}  # type: ignore[attr-defined]  # as above


def own_step(world: World) -> dict[str, Any]:
    return by_link(world) | {"step": world.made["step_of_b"].pk}  # type: ignore[attr-defined]  # as above


def poll_by_link(world: World) -> dict[str, Any]:
    return by_link(world) | {"poll": world.made["poll"].pk}  # type: ignore[attr-defined]  # as above


def slot_of(world: World) -> dict[str, Any]:
    return at("poll")(world) | {"slot": world.made["slot"].pk}  # type: ignore[attr-defined]  # as above


def agenda_by_link(world: World) -> dict[str, Any]:
    return by_link(world) | {"meeting": world.made["informal"].pk}  # type: ignore[attr-defined]  # as above


def file_of_mail(world: World) -> dict[str, Any]:
    return at("mail")(world) | {"number": 0}


def calendar_token(world: World) -> dict[str, Any]:
    return {"token": world.made["calendar_token"]}
