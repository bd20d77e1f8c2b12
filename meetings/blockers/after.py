"""After the formal meeting: minutes, councils, hand-over, receipt; and a parked case."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from meetings import policies
from meetings.blockers.look import Blocker, Look
from meetings.models import HandOverReceiver, Meeting, Minutes, MinutesVoice, Ratification


def minutes(look: Look) -> Iterator[Blocker]:
    """The minutes themselves, then the word of each delegation that was there."""
    meeting = look.last(Meeting.Kind.FORMAL)
    if meeting is None or not look.party:
        return
    url = look.at("meetings:minutes", meeting.pk)
    newest = Minutes.objects.filter(meeting=meeting.pk).first()
    if newest is None or newest.state == Minutes.State.DRAFT:
        text = _("%(name)s's minutes of the formal meeting") % {"name": look.case.initiator}
        yield Blocker(text, url, "minutes", meeting.held_at)
    elif newest.state == Minutes.State.SENT:
        said = set(MinutesVoice.objects.filter(minutes=newest).values_list("participant", flat=True))
        for row in meeting.invitations.all():
            who = look.parties.get(row.participant_id)
            if who and row.present and who.pk not in said:
                text = _("%(name)s's word on the minutes") % {"name": who}
                yield Blocker(text, url, "minutes", newest.sent_at, newest.objections_until)


def councils(look: Look) -> Iterator[Blocker]:
    """Each council that has not resolved; once none is awaited, the hand-over."""
    awaited = []
    if look.party:
        rows = Ratification.objects.filter(meeting__case=look.case, state=Ratification.State.AWAITED)
        awaited = list(rows.select_related("participant__municipality"))
    for row in awaited:
        text = _("the resolution of the council of %(name)s") % {"name": row.participant}
        url = look.at("meetings:minutes", row.meeting_id)
        yield Blocker(text, url, "minutes", row.awaited_since)
    if not awaited:
        yield from look.own(_("%(name)s's hand-over"), look.at("meetings:handover"), "hand_over")


def receivers(look: Look) -> Iterator[Blocker]:
    if not policies.allows(look.user, "handover.read", look.case):
        return
    for row in HandOverReceiver.objects.filter(package__case=look.case, confirmed_at=None):
        text = _("the receipt by %(name)s, %(role)s") % {"name": row.name, "role": row.role}
        yield Blocker(text, look.at("meetings:handover"), "hand_over", row.named_at)


def parked(look: Look) -> Iterator[Blocker]:
    if look.case.review_on:
        text, due = _("%(name)s's new look at the parked case"), look.case.review_on
        yield from look.own(text, look.at("partners:case"), "partners", due=due)
