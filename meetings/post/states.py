"""States of messages as the post room groups and says them: a word and an icon together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imc_portal.core.models import OutgoingEmail

Mail = OutgoingEmail.State


@dataclass(frozen=True, slots=True)
class Group:
    """States that mean the same to the organiser."""

    key: str
    label: Any
    tone: str
    states: tuple[str, ...]


GROUPS = (
    Group("trouble", gettext_lazy("In trouble"), "trouble", (Mail.FAILED, Mail.UNKNOWN)),
    Group("back", gettext_lazy("Came back"), "trouble", (Mail.BOUNCED,)),
    Group("held", gettext_lazy("Held back"), "waiting", (Mail.HELD,)),
    Group("waiting", gettext_lazy("Waiting"), "waiting", (Mail.QUEUED, Mail.RETRY)),
    Group("leaving", gettext_lazy("On its way"), "note", (Mail.SENDING,)),
    Group("sent", gettext_lazy("Sent"), "done", (Mail.SENT,)),
    Group("cancelled", gettext_lazy("Cancelled"), "plain", (Mail.CANCELLED,)),
)
BY_KEY = {group.key: group for group in GROUPS}
OF_STATE = {state: group for group in GROUPS for state in group.states}
#: May still be stopped, for a while or for good.
STOPPABLE = (Mail.QUEUED, Mail.RETRY)
CANCELLABLE = (Mail.HELD, Mail.QUEUED, Mail.RETRY)
#: What may be said once more, as a new message.
SAID = (Mail.SENT, Mail.BOUNCED, Mail.FAILED, Mail.CANCELLED, Mail.UNKNOWN)
#: Something may still happen by itself.
MOVING = (Mail.QUEUED, Mail.RETRY, Mail.SENDING)


def group_of(email: OutgoingEmail) -> Group:
    """The group a message stands in."""
    return OF_STATE[Mail(email.state)]


def word(email: OutgoingEmail) -> str:
    """The state in words; who has to act is said, where it is a person."""
    if email.state == Mail.UNKNOWN and email.ask_first:
        return _("unknown, may have been delivered: you decide")
    return str(email.get_state_display())


def asks(email: OutgoingEmail) -> bool:
    """Whether a person has to say what became of it."""
    return email.state == Mail.UNKNOWN and email.ask_first


def trouble_first(emails: QuerySet[OutgoingEmail]) -> QuerySet[OutgoingEmail]:
    """What went wrong and was not said again, then what waits, then what is done; newest first."""
    again = OutgoingEmail.objects.filter(again_of=OuterRef("pk"))
    open_trouble = [Mail.FAILED, Mail.UNKNOWN, Mail.BOUNCED]
    rank = Case(
        When(state__in=open_trouble, said_again=False, then=Value(0)),
        When(state=Mail.HELD, then=Value(1)),
        When(state__in=MOVING, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return emails.annotate(said_again=Exists(again)).annotate(rank=rank).order_by("rank", "-created_at", "pk")
