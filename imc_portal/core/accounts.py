"""Accounts: people come by invitation, and whoever invites them vouches for their address."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from imc_portal.core.problems import Refusal


@transaction.atomic
def invite(*, email: str, name: str, actor: Actor, password: str | None = None, **fields: Any) -> User:
    """Open an account whose address counts as verified."""
    person = User.objects.create_user(email, password, name=name, **fields)
    vouch(person=person, actor=actor)
    return person


@transaction.atomic
def vouch(*, person: User, actor: Actor) -> None:
    """Count the account's address as verified, and it alone: an address it had before opens nothing more."""
    email = person.email.lower()
    if taken(email, person):
        raise Refusal(_("This address is taken."))
    EmailAddress.objects.filter(user=person).exclude(email=email).delete()
    EmailAddress.objects.filter(email=email).exclude(user=person).delete()
    EmailAddress.objects.update_or_create(
        user=person, email=email, defaults={"verified": True, "primary": True}
    )
    audit.record(actor, "vouched for an address", person, after={"address": email})


def taken(email: str, person: User | None = None) -> bool:
    """Whether somebody else has shown this address to be theirs."""
    known = EmailAddress.objects.filter(email=email.lower(), verified=True)
    if person is not None and person.pk:
        known = known.exclude(user=person)
    return bool(known.exists())


@transaction.atomic
def keep_settings(*, person: User, **settings: str) -> None:
    """Keep what a person chose about themselves; nothing when nothing changes."""
    before = {name: getattr(person, name) for name in settings}
    if before == settings:
        return
    User.objects.filter(pk=person.pk).update(**settings)
    for name, value in settings.items():
        setattr(person, name, value)
    audit.record(Actor.person(person), "changed own settings", person, before=before, after=settings)
