"""Letters about minutes and councils, in the language that is active: the addressee's."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from imc_portal.core import dates
from imc_portal.core.outbox import File, Message
from imc_portal.core.templatetags.portal import day as day_in_words
from meetings.emails.addressee import Addressee, message
from meetings.models import Meeting, MeetingPaper, Minutes, MinutesVoice, Ratification


def sent(minutes: Minutes, to: Addressee, paper: MeetingPaper, key: str) -> Message:
    """The minutes for one's word: agree or object until a day."""
    words = _words(minutes.meeting, to) | {
        "minutes": minutes,
        "until": _until(minutes, to),
        "url": to.url("minutes/", reverse("meetings:minutes", args=[minutes.meeting_id])),
    }
    first = _("Minutes of the formal meeting of %(day)s: please agree, or object")
    newer = _("Minutes of the formal meeting of %(day)s, version %(number)s: please read them once more")
    subject = (first if minutes.number == 1 else newer) % {"day": words["day"], "number": minutes.number}
    return message(to, minutes.meeting.case, key, subject, "minutes", words, [_file(paper)])


def ended(
    minutes: Minutes, to: Addressee, paper: MeetingPaper, key: str, council: Ratification | None
) -> Message:
    """The final copy, with what was said against it; and whose council is awaited."""
    said = (minutes.ending or {}).get("voices", [])
    path = "council/" if council else "minutes/"
    account = reverse("meetings:minutes", args=[minutes.meeting_id])
    words = _words(minutes.meeting, to) | {
        "minutes": minutes,
        "agreed": minutes.state == Minutes.State.AGREED,
        "objections": [one for one in said if one["said"] == MinutesVoice.Voice.OBJECTS],
        "silent": [one["name"] for one in said if one["said"] == "silent"],
        "council": council,
        "url": to.url(path, account),
    }
    agreed = _("Minutes of the formal meeting of %(day)s: agreed by all")
    closed = _("Minutes of the formal meeting of %(day)s: closed, with what was said against them")
    subject = (agreed if words["agreed"] else closed) % {"day": words["day"]}
    return message(to, minutes.meeting.case, key, subject, "minutes_ended", words, [_file(paper)])


def council_awaited(row: Ratification, to: Addressee, key: str) -> Message:
    """A reminder: what one's council resolved is not on record yet."""
    account = reverse("meetings:minutes", args=[row.meeting_id])
    words = _words(row.meeting, to) | {
        "since": day_in_words(row.awaited_since.astimezone(_zone(to))),
        "url": to.url("council/", account),
    }
    subject = _("Reminder: the resolution of the council of %(name)s is awaited") % {"name": to.participant}
    return message(to, row.meeting.case, key, subject, "council", words)


def _words(meeting: Meeting, to: Addressee) -> dict[str, Any]:
    return {"meeting": meeting, "day": day_in_words(meeting.starts_at.astimezone(_zone(to)))}


def _until(minutes: Minutes, to: Addressee) -> str:
    """The last moment as the reader's clock has it."""
    if minutes.objections_until is None:
        return ""
    return dates.moment(minutes.objections_until.astimezone(_zone(to)))


def _zone(to: Addressee) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(to.participant.municipality.time_zone)


def _file(paper: MeetingPaper) -> File:
    name = slugify(f"{paper.get_kind_display()} {paper.meeting.case.title} {paper.edition}")[:120]
    return File(
        f"{name or 'minutes'}.pdf", "application/pdf", document_name=paper.file_name, sha256=paper.sha256
    )
