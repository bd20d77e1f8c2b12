"""More of everything in the post room, for pages that must not ask more of the database."""

from __future__ import annotations

from django.utils import timezone

from imc_portal.core.models import OutgoingEmail
from meetings.models import Meeting
from partners.models import Participant
from tests.meetings.mails import enclose, make_mail
from tests.world import World


def write(world: World, participant: Participant, number: int) -> None:
    """One more message about the meeting; the one on show is said again, encloses and went through more."""
    meeting, mail = world.made["informal"], world.made["mail"]
    assert isinstance(meeting, Meeting)
    assert isinstance(mail, OutgoingEmail)
    key = f"meeting:{meeting.pk}/grown:{number}/to:{participant.pk}"
    failed = make_mail(world.case, "failed", key=key)
    make_mail(world.case, "failed", key=f"{key}/again:1", again_of=mail, again_because="x")
    for one in (failed, mail):
        enclose(one, str(number).encode(), f"{number}.txt")
        one.events.create(kind="postponed", at=timezone.now(), detail="451")
