"""Tell the people who speak for a municipality, through the post room."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from imc_portal.core import bell, outbox
from imc_portal.core.models import User
from imc_portal.core.outbox import Message
from imc_portal.core.tasks import deliver_email
from partners.models import Membership, Municipality

Role = Membership.Role


def spokespeople(municipality: Municipality) -> list[User]:
    """Its focal points who can sign in; its leads when it has none."""
    seats = Membership.objects.filter(
        municipality=municipality, role__in=[Role.FOCAL_POINT, Role.LEAD], user__is_active=True
    ).select_related("user")
    people: dict[str, list[User]] = {Role.FOCAL_POINT: [], Role.LEAD: []}
    for seat in seats.order_by("user_id"):
        people[seat.role].append(seat.user)
    return people[Role.FOCAL_POINT] or people[Role.LEAD]


def tell(people: Iterable[User], write: Callable[[User], Message]) -> None:
    """Queue one message for each; a worker is woken after the commit, else the sweep finds them."""
    for person in people:
        email = outbox.enqueue(write(person))
        bell.ring(deliver_email, str(email.pk))
