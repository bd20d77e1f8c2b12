"""Calendar addresses: one secret address for each person and each personal link, renewed by its holder."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import audit, links
from imc_portal.core.audit import Actor
from imc_portal.core.models import PersonalLink, User
from meetings.models import Invitation, Meeting
from meetings.models.meeting import MeetingQuerySet
from partners.models import Participant

OF_USER, OF_PARTICIPANT = "calendar-user", "calendar-participant"


def of_user(user: User) -> PersonalLink | None:
    """The live calendar address of somebody with an account."""
    return _live(OF_USER, subject_of(user)).first()


def of_holder(link: PersonalLink) -> PersonalLink | None:
    """The live calendar address that belongs to a personal link."""
    return _live(OF_PARTICIPANT, link.subject).filter(holder=link.holder).first()


def address(link: PersonalLink) -> str:
    """Where calendars fetch it."""
    path = reverse("calendar_feed", kwargs={"token": links.token_of(link)})
    return f"{settings.BASE_URL}{path}"


@transaction.atomic
def renew_for_user(*, user: User, actor: Actor) -> PersonalLink:
    """Make the address, or a new one; the old one opens nothing any more."""
    User.objects.select_for_update().get(pk=user.pk)
    return _renew(OF_USER, subject_of(user), str(user)[:200], user.language, actor)


@transaction.atomic
def renew_for_holder(*, link: PersonalLink, actor: Actor) -> PersonalLink:
    """The same for the holder of a personal link."""
    Participant.objects.select_for_update().get(pk=link.subject)
    return _renew(OF_PARTICIPANT, link.subject, link.holder, link.language, actor)


def meetings_of(link: PersonalLink) -> QuerySet[Meeting] | None:
    """Meetings that were called and that the holder may see; None when nobody stands behind the address."""
    if not link.is_live:
        return None
    if link.purpose == OF_USER:
        user = User.objects.filter(pk=link.subject.int, is_active=True).first()
        seen = Meeting.objects.visible_to(user) if user else None
    else:
        seen = _of_participant(link)
    if seen is None:
        return None
    called = seen.filter(called_at__isnull=False).exclude(state=Meeting.State.PLANNED)
    return called.select_related("case", "host").order_by("starts_at", "pk").distinct()


def subject_of(user: User) -> uuid.UUID:
    """The number of an account as links name their subjects."""
    return uuid.UUID(int=user.pk)


def _of_participant(link: PersonalLink) -> MeetingQuerySet | None:
    """Only while the personal link that it belongs to is live, and its municipality takes part."""
    parent = _live("participant", link.subject).filter(holder=link.holder)
    takes_part = Participant.objects.filter(pk=link.subject, state__in=Participant.ACTIVE)
    if not (parent.exists() and takes_part.exists()):
        return None
    invited = Invitation.objects.filter(participant=link.subject)
    return Meeting.objects.filter(pk__in=invited.values("meeting"))


def _live(purpose: str, subject: uuid.UUID) -> QuerySet[PersonalLink]:
    return PersonalLink.objects.filter(
        Q(expires_at__gt=timezone.now()), purpose=purpose, subject=subject, revoked_at=None
    )


def _renew(purpose: str, subject: uuid.UUID, holder: str, language: str, actor: Actor) -> PersonalLink:
    for old in _live(purpose, subject).filter(holder=holder):
        links.revoke(link=old, actor=actor, reason="The holder asked for a new calendar address.")
    link = links.issue(purpose=purpose, subject=subject, holder=holder, language=language)
    audit.record(actor, "renewed a calendar address", link)
    return link
