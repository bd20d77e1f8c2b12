"""One thing that is waited for, and a case as one person may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core import audit
from imc_portal.core.models import AuditEntry, User
from meetings import policies
from meetings.models import Meeting
from partners import policies as partners
from partners.models import Case, Participant


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that is waited for: what and of whom, where it is done, since and until when."""

    text: str
    url: str
    step: str
    since: dt.datetime | None = None
    due: dt.datetime | dt.date | None = None
    note: str = ""


def since_words(since: dt.datetime | None, now: dt.datetime) -> str:
    """Since 4 days."""
    if since is None:
        return ""
    days = (timezone.localdate(now) - timezone.localdate(since)).days
    if days <= 0:
        return _("since today")
    return ngettext("since %(days)d day", "since %(days)d days", days) % {"days": days}


class Look:
    """A case through the eyes of one person: what is read is read once."""

    def __init__(self, case: Case, user: User, now: dt.datetime) -> None:
        self.case, self.user, self.now = case, user, now

    @cached_property
    def inside(self) -> bool:
        """Whether the reader is of the initiating municipality."""
        return partners.allows(self.user, "case.inside", self.case)

    @cached_property
    def party(self) -> bool:
        """Whether the reader is of a party, or facilitates; who only observes learns of meetings alone."""
        return policies.allows(self.user, "answers.read", self.case)

    @cached_property
    def parties(self) -> dict[Any, Participant]:
        """Everybody who is asked and counted."""
        rows = Participant.objects.filter(case=self.case, state__in=Participant.ACTIVE)
        return {row.pk: row for row in rows.select_related("municipality")}

    @cached_property
    def moved(self) -> dict[str, dt.datetime]:
        """When the case came to each of its states, the last time."""
        entries = AuditEntry.objects.filter(
            context=self.case.context, target_key=audit.key_of(self.case), after__has_key="state"
        )
        return {after["state"]: at for after, at in entries.order_by("at").values_list("after", "at")}

    @cached_property
    def meetings(self) -> list[Meeting]:
        """Meetings with their invitations."""
        return list(Meeting.objects.filter(case=self.case).prefetch_related("invitations"))

    @property
    def since(self) -> dt.datetime | None:
        """Since when the case stands where it stands."""
        return self.moved.get(self.case.state)

    def last(self, kind: str) -> Meeting | None:
        """The meeting of this kind that counts."""
        alive = [row for row in self.meetings if row.kind == kind and row.state != Meeting.State.CANCELLED]
        return alive[-1] if alive else None

    def own(self, text: str, url: str, step: str, **more: Any) -> Iterator[Blocker]:
        """Something that the initiator itself has to do, told to its own people."""
        if self.inside:
            yield Blocker(text % {"name": self.case.initiator}, url, step, **({"since": self.since} | more))

    def at(self, name: str, *args: Any) -> str:
        """An address; of the case where nothing else is named."""
        return reverse(name, args=args or (self.case.pk,))
