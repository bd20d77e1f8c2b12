"""Keep office-holders: who holds which office, and the address at which papers reach it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from partners.models import OfficeHolder


@transaction.atomic
def keep_contact(*, contact: OfficeHolder, verified_on: dt.date | None, actor: Actor) -> OfficeHolder:
    """Save a new or changed office-holder; a changed address is unverified until somebody verifies it."""
    before = OfficeHolder.objects.select_for_update().filter(pk=contact.pk).first()
    if before and before.email != contact.email:
        contact.verified_at = None
    if verified_on and contact.email:
        contact.verified_at = verified_on
    contact.full_clean()
    contact.save()
    audit.record(
        actor,
        "changed an office-holder" if before else "added an office-holder",
        contact,
        after={"office": contact.office, "verified": str(contact.verified_at or "")},
    )
    return contact
