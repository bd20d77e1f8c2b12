"""Receivers of a package who have not confirmed yet: for whom the host waits, since when."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.models import PersonalLink, User
from meetings import policies
from meetings.models import HandOverReceiver
from meetings.waiting.item import Item
from partners.models import Case


def items(user: User, cases: Sequence[Case]) -> list[Item]:
    """One item for each receiver whose link is live and who has not confirmed; one query."""
    inside = [case.pk for case in cases if policies.allows(user, "handover.make", case)]
    live = PersonalLink.objects.filter(
        purpose="receiver", subject=OuterRef("pk"), revoked_at=None, expires_at__gt=timezone.now()
    )
    rows = HandOverReceiver.objects.filter(Exists(live), package__case__in=inside, confirmed_at=None)
    return [
        Item(
            _("%(name)s (%(role)s) has not confirmed the package yet") % {"name": one.name, "role": one.role},
            reverse("meetings:receivers", args=[one.package_id]),
            who=one.package.case.title,
            since=one.fetched_at or one.named_at,
        )
        for one in rows.select_related("package__case")
    ]
