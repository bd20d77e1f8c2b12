"""Who runs a case and who leads it, and how the portal writes to them."""

from __future__ import annotations

from django.utils import translation

from imc_portal.core.models import OutgoingEmail, User
from meetings import notices
from meetings.notices import Notice
from meetings.services import posting
from partners.models import Case, Membership

Role = Membership.Role


def runner(case: Case) -> User | None:
    """Who opened the case, while that account lives; else a focal point, else a lead of the initiator."""
    if case.opened_by.is_active:
        return case.opened_by
    return next(iter([*_seated(case, Role.FOCAL_POINT), *_seated(case, Role.LEAD)]), None)


def leads(case: Case) -> list[User]:
    """Who may approve; who runs the case where there is nobody."""
    alone = runner(case)
    return _seated(case, Role.LEAD) or ([alone] if alone else [])


def tell(case: Case, person: User, notice: Notice, *, each: bool = False) -> OutgoingEmail:
    """Queue one notice; written in the language that is active, so call it inside `speaking_to`."""
    return posting.notify(notices.to(person, case, notice, each=each))


def speaking_to(person: User) -> translation.override:
    """The language of the person."""
    return translation.override(person.language)


def _seated(case: Case, role: str) -> list[User]:
    people = User.objects.filter(
        memberships__municipality=case.initiator_id, memberships__role=role, is_active=True
    )
    return list(people.order_by("pk").distinct())
