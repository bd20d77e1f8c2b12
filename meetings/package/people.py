"""The people of a case as the package names them: a name, a role, perhaps an office and an address."""

from __future__ import annotations

from typing import Any, TypeGuard

from django.db.models import Q
from django.utils.translation import gettext as _

from imc_portal.core.models import User
from meetings.models import Delegate, HandOverReceiver, Invitation
from partners.models import Case, Membership, OfficeHolder

Facts = dict[str, Any]
KEYS = frozenset({"name", "role", "office", "email"})
#: Elected members and heads of administration: they act in public, so a public copy names them.
HEADS = frozenset(
    {OfficeHolder.Office.MAYOR, OfficeHolder.Office.DEPUTY, OfficeHolder.Office.CHIEF_EXECUTIVE}
)


def person(name: str, role: str = "", office: str = "", email: str = "") -> Facts | None:
    """Somebody, or nobody when there is neither a name nor a role."""
    if not name.strip() and not role.strip():
        return None
    return {"name": name.strip() or None, "role": role, "office": office, "email": email or None}


def said(text: str, party: object) -> Facts | None:
    """Somebody as typed in one field, "Name, office": what stands after the comma is the role."""
    name, _comma, role = text.partition(",")
    if not name.strip():
        return None
    return person(name, role.strip() or _("for %(name)s") % {"name": party})


def holder(one: OfficeHolder | None) -> Facts | None:
    """An office-holder with the address."""
    if one is None:
        return None
    return person(one.name, one.get_office_display(), one.office, one.email)


def is_person(value: object) -> TypeGuard[Facts]:
    """Whether a value of the package is a person."""
    return isinstance(value, dict) and value.keys() == KEYS


def in_words(who: Facts | None) -> str:
    """Name and role, as far as they are told."""
    return ", ".join(filter(None, (who["name"], who["role"]))) if who else ""


def of_case(case: Case) -> list[Facts]:
    """Whoever could be named in a text of this case: officials, users, delegates, receivers."""
    parties = case.participants.values("municipality")
    bodies = case.bodies.values("body")
    holders = OfficeHolder.objects.filter(municipality__in=parties)
    seats = Membership.objects.filter(Q(municipality__in=parties) | Q(body__in=bodies))
    users = User.objects.filter(Q(pk__in=seats.values("user")) | Q(pk=case.opened_by_id))
    invited = Invitation.objects.filter(meeting__case=case).exclude(delegate_name="")
    beside = Delegate.objects.filter(invitation__meeting__case=case)
    receivers = HandOverReceiver.objects.filter(package__case=case)
    rows = [
        *(person(one.name, office=one.office, email=one.email) for one in holders),
        *(person(one.name, email=one.email) for one in users),
        *(person(one.delegate_name, office=one.delegate_office) for one in invited),
        *(person(one.name, office=one.office) for one in beside),
        *(person(one.name, email=one.email) for one in receivers),
    ]
    return [one for one in rows if one]
