"""Up to a meeting: areas, partners, the proposal, the date, the replies, the record."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max
from django.utils.translation import gettext as _

from meetings.blockers.look import Blocker, Look
from meetings.models import DateAnswer, DatePoll, Invitation, Meeting
from partners.models import Participant
from proposals.models import ProposalVersion


def areas(look: Look) -> Iterator[Blocker]:
    since = look.case.opened_at
    yield from look.own(_("%(name)s's choice of areas"), look.at("partners:areas"), "partners", since=since)


def short_list(look: Look) -> Iterator[Blocker]:
    yield from look.own(_("%(name)s's short list of partners"), look.at("partners:discover"), "partners")


def contacts(look: Look) -> Iterator[Blocker]:
    if not look.inside:
        return
    url = look.at("partners:contacts")
    rows = Participant.objects.filter(case=look.case).select_related("municipality")
    for who in rows.annotate(told=Max("contacts__at")):
        if who.state == Participant.State.SELECTED:
            yield Blocker(_("a first contact with %(name)s") % {"name": who}, url, "partners", who.since)
        elif who.state == Participant.State.CONTACTED:
            text = _("%(name)s's word whether it wants to talk") % {"name": who}
            yield Blocker(text, url, "partners", who.told or who.since)
        elif who.state == Participant.State.ACKNOWLEDGED:
            yield from look.own(_("%(name)s's draft of the proposal"), look.at("partners:case"), "proposal")
            return


def proposal(look: Look) -> Iterator[Blocker]:
    version = ProposalVersion.objects.filter(proposal__case=look.case).order_by("-number").first()
    desk = version.proposal.get_absolute_url() if version else look.at("partners:case")
    if version is None or version.state == ProposalVersion.State.DRAFT:
        yield from look.own(_("%(name)s's draft of the proposal"), desk, "proposal")
    elif version.state == ProposalVersion.State.SUBMITTED:
        text = _("the approval of the proposal by %(name)s's lead")
        yield from look.own(text, desk, "proposal", since=version.submitted_at)
    yield from dates(look, Meeting.Kind.INFORMAL, "informal")


def dates(look: Look, kind: str, step: str) -> Iterator[Blocker]:
    """Who has not said when they could come; and the date itself, while no meeting is planned."""
    meeting = look.last(kind)
    if meeting is not None and meeting.state != Meeting.State.HELD:
        return
    plan = look.at("meetings:plan", look.case.pk, kind)
    poll = DatePoll.objects.filter(case=look.case, kind=kind, state=DatePoll.State.OPEN).first()
    if poll is None:
        text = _("%(name)s's date for the formal meeting")
        if kind == Meeting.Kind.INFORMAL:
            text = _("%(name)s's date for the informal meeting")
        yield from look.own(text, plan, step)
        return
    if not look.party:
        return
    said = set(DateAnswer.objects.filter(slot__poll=poll).values_list("participant", flat=True))
    for who in look.parties.values():
        if who.pk not in said and who.state != Participant.State.SELECTED:
            text = _("%(name)s's answer on the date") % {"name": who}
            yield Blocker(text, look.at("meetings:dates", poll.pk), step, poll.asked_at, poll.answer_by)


def meeting_of(look: Look, kind: str, step: str) -> Iterator[Blocker]:
    """Replies until it begins, its day, and its record once it is over."""
    meeting = look.last(kind)
    if meeting is None or meeting.state == Meeting.State.HELD:
        yield from dates(look, kind, step)
    elif meeting.ends_at <= look.now:
        text = _("%(name)s's record of the formal meeting")
        if kind == Meeting.Kind.INFORMAL:
            text = _("%(name)s's record of the informal meeting")
        url = look.at("meetings:record", meeting.pk)
        yield from look.own(text, url, step, since=meeting.ends_at)
    else:
        yield from _replies(look, meeting, step)
        itself = _("the formal meeting") if meeting.is_formal else _("the informal meeting")
        yield Blocker(itself, meeting.get_absolute_url(), step, None, meeting.starts_at)


def _replies(look: Look, meeting: Meeting, step: str) -> Iterator[Blocker]:
    if not look.party:
        return
    for row in meeting.invitations.all():
        who = look.parties.get(row.participant_id)
        if who and not who.is_initiator and row.reply == Invitation.Reply.NONE:
            text = _("%(name)s's reply to the invitation") % {"name": who}
            yield Blocker(text, meeting.get_absolute_url(), step, meeting.called_at, meeting.starts_at)
