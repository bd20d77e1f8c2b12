"""The agenda as a paper; for a formal meeting the notice and the agenda in one."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from imc_portal.core import dates
from meetings import agenda, spoken
from meetings.models import CaseRules, Invitation, Meeting, MeetingGuest, MeetingPaper
from partners.models import Participant


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the agenda, in words."""

    time: str
    title: str
    minutes: int | None
    speaker: str
    papers: str


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is invited, in words."""

    name: str
    who: str
    mandate: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the paper says."""

    language: str
    created: str
    meeting: Meeting
    title: str
    host: str
    kind: str
    day: str
    hours: str
    elsewhere: list[str]
    edition: str
    lines: list[Line]
    total: int
    parties: list[Party]
    guests: list[Party]
    rules: list[str]
    deputies: str


def html(paper: MeetingPaper) -> str:
    """The paper in the language that is active."""
    return render_to_string("meetings/papers/agenda.html", {"sheet": compose(paper)})


def compose(paper: MeetingPaper) -> Sheet:
    """What the paper says, in words of the active language; reads, and writes nothing."""
    meeting = paper.meeting
    invited = list(_invited(meeting))
    items = spoken.timed(meeting)
    start = meeting.local_start
    return Sheet(
        language=paper.language,
        created=paper.asked_at.isoformat(),
        meeting=meeting,
        title=meeting.case.title,
        host=str(meeting.case.initiator),
        kind=_("Notice and agenda of the formal meeting")
        if meeting.is_formal
        else _("Agenda of the informal meeting"),
        day=dates.day(start),
        hours=_hours(meeting, meeting.time_zone),
        elsewhere=_elsewhere(meeting, invited),
        edition=_edition(paper),
        lines=[_line(row) for row in items],
        total=agenda.total(row.item for row in items),
        parties=[_party(row) for row in invited],
        guests=[_guest(row) for row in meeting.guests.select_related("body")],
        rules=rules(meeting, len(invited)) if meeting.is_formal else [],
        deputies=_deputies(invited),
    )


def rules(meeting: Meeting, invited: int) -> list[str]:
    """Notice, quorum and mandates, as the parties agreed on them for this case."""
    own = CaseRules.of(meeting.case)
    notice = ngettext(
        "Notice: this paper reaches everybody %(days)d working day before the meeting.",
        "Notice: this paper reaches everybody %(days)d working days before the meeting.",
        own.notice_days,
    )
    late = _("Who gets it later is asked to accept the shorter time; nobody is bound to.")
    quorum = _("Quorum: %(quorum)d of the %(invited)d municipalities invited must be present.")
    return [
        f"{notice} {late}" % {"days": own.notice_days},
        quorum % {"quorum": own.quorum, "invited": invited},
        _(
            "Who comes: the mayor or a deputy of each municipality, or a delegate. A delegate names "
            "the decision that appointed him or her, and its date."
        ),
        _(
            "Mandate: each delegation says whether it has a full mandate, speaks subject to its council, "
            "or listens. What is said subject to a council counts once the council has resolved."
        ),
        _("The meeting decides whether to explore feasibility, area by area; not whether to cooperate."),
    ]


def _invited(meeting: Meeting) -> Iterable[Invitation]:
    return (
        meeting.invitations.filter(participant__state__in=Participant.ACTIVE)
        .select_related("participant__municipality")
        .prefetch_related("delegates")
    )


def _hours(meeting: Meeting, zone: str) -> str:
    place = zoneinfo.ZoneInfo(zone)
    return _("%(start)s to %(end)s (time in %(zone)s)") % {
        "start": dates.clock(meeting.starts_at.astimezone(place)),
        "end": dates.clock(meeting.ends_at.astimezone(place)),
        "zone": dates.zone(zone),
    }


def _elsewhere(meeting: Meeting, invited: Iterable[Invitation]) -> list[str]:
    """The same hours by the clocks of those who live by another one."""
    own = _offset(meeting.starts_at, meeting.time_zone)
    zones = {row.participant.municipality.time_zone for row in invited}
    return [_hours(meeting, zone) for zone in sorted(zones) if _offset(meeting.starts_at, zone) != own]


def _offset(moment: dt.datetime, zone: str) -> dt.timedelta | None:
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset()


def _edition(paper: MeetingPaper) -> str:
    if not paper.edition:
        return ""
    when = dates.day(paper.asked_at.astimezone(zoneinfo.ZoneInfo(paper.meeting.time_zone)))
    return _("Edition %(number)d of %(day)s; it replaces the earlier one.") % {
        "number": paper.edition + 1,
        "day": when,
    }


def _line(row: agenda.Timed) -> Line:
    item = row.item
    return Line(
        time=dates.clock(row.begins) if row.begins else "",
        title=item.title,
        minutes=item.minutes,
        speaker=item.speaker,
        papers=pgettext("between the items of a list", ", ").join(item.papers),
    )


def _party(row: Invitation) -> Party:
    if row.reply != Invitation.Reply.COMING:
        silent = row.reply == Invitation.Reply.NONE
        return Party(str(row.participant), "" if silent else row.get_reply_display(), "")
    head = ", ".join(filter(None, (row.delegate_name, row.get_delegate_office_display())))
    others = [_with_capacity(one.name, one.get_capacity_display()) for one in row.delegates.all()]
    return Party(str(row.participant), "; ".join([head, *others]), row.get_mandate_display())


def _with_capacity(name: str, capacity: str) -> str:
    return f"{name} ({capacity})"


def _guest(row: MeetingGuest) -> Party:
    return Party(row.body.name, row.name, row.get_role_display())


def _deputies(invited: list[Invitation]) -> str:
    silent = [str(row.participant) for row in invited if row.reply == Invitation.Reply.NONE]
    return (
        _("Not named when this paper was made: %(names)s.") % {"names": "; ".join(silent)} if silent else ""
    )
