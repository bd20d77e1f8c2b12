"""createsuperuser: Django's own, and the address of the first curator counts as verified."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from imc_portal.core import accounts
from imc_portal.core.audit import Actor
from imc_portal.core.models import User


class Command(createsuperuser.Command):
    """Whoever reaches the command line vouches for the address; else two-step sign-in could not be set up."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account, then vouch for it."""
        super().handle(*args, **options)
        for person in User.objects.filter(is_superuser=True, emailaddress=None):
            accounts.vouch(person=person, actor=Actor.portal())
