"""What we write to those who run a case: short, in their language, by account; never a personal link."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.models import User
from imc_portal.core.outbox import Message
from imc_portal.core.templatetags.portal import day as day_in_words
from meetings.models import Meeting
from meetings.troubles import NOTICE, Trouble
from partners.models import Case

#: A letter names so many things; all of them stand in the post room.
MOST = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """What to know, and the one thing to do, with the page where it is done; or several things, each so."""

    key: str
    subject: str
    lines: Sequence[str]
    label: str
    path: str
    points: Sequence[Trouble] = ()


def troubles(case: Case, found: Sequence[Trouble]) -> Notice:
    """Something does not mend itself, or several things do not."""
    rest = _("The others' papers and letters go on.")
    if len(found) == 1:
        [one] = found
        subject = _("To see to: %(case)s") % {"case": case.title}
        return Notice(one.key, subject, (one.text, rest), one.label, one.url)
    words = {"n": len(found), "case": case.title}
    subject = _("%(n)d things to see to: %(case)s") % words
    lines = [rest]
    if len(found) > MOST:
        lines.insert(0, _("These are the first %(most)d of %(n)d.") % {**words, "most": MOST})
    together = hashlib.sha256("\n".join(sorted(one.key for one in found)).encode()).hexdigest()[:32]
    room = reverse("meetings:post", args=[case.pk])
    return Notice(
        f"{NOTICE}{case.pk}:{together}", subject, lines, _("Open the post room"), room, found[:MOST]
    )


def approval(meeting: Meeting, *, day: dt.date, left: int, mark: str, path: str) -> Notice:
    """The day by which the proposal has to be approved comes near, is here, or has passed."""
    words = {"day": day_in_words(day), "case": meeting.case.title, "left": left}
    key = f"{NOTICE}approve:{meeting.pk}:{day.isoformat()}:{mark}"
    meets = _("The informal meeting is on %(day)s.") % {"day": day_in_words(meeting.local_start)}
    if mark == "passed":
        subject = _("The proposal is not approved, and the day for it has passed: %(case)s") % words
        late = _("It had to be approved by %(day)s, so that the papers arrive in good time.") % words
        then = _("Approved now, papers may come late; then each late recipient waives that, or it moves.")
        return Notice(key, subject, (late, meets, then), _("Open the meeting"), path)
    if mark == "today":
        subject = _("Approve the proposal today: %(case)s") % words
    else:
        subject = ngettext(
            "%(left)d working day left to approve the proposal: %(case)s",
            "%(left)d working days left to approve the proposal: %(case)s",
            left,
        )
        subject %= words
    until = _("Approved by %(day)s, the papers leave at once and arrive in good time.") % words
    return Notice(key, subject, (until, meets), _("Look at the proposal and approve it"), path)


def confirmed(meeting: Meeting) -> Notice:
    """Nobody's late paper keeps the meeting from being held any more."""
    key = f"{NOTICE}confirmed:{meeting.pk}:{meeting.sequence}"
    subject = _("The meeting is confirmed: %(case)s") % {"case": meeting.case.title}
    line = _("Everybody had the papers in good time, or has said that the time is enough.")
    return Notice(key, subject, (line,), _("Open the meeting"), meeting.get_absolute_url())


def to(person: User, case: Case, notice: Notice, *, each: bool = False) -> Message:
    """The message to one person, in the language that is active; `each`: one of several who get it."""
    context = {
        "notice": notice,
        "case": case,
        "base": settings.BASE_URL,
        "url": f"{settings.BASE_URL}{notice.path}",
        "subject": notice.subject,
        "language": translation.get_language() or settings.LANGUAGE_CODE,
    }
    return Message(
        key=f"{notice.key}:{person.pk}" if each else notice.key,
        to_address=person.email,
        to_name=person.name,
        subject=notice.subject,
        text=render_to_string("meetings/notices/notice.txt", context),
        html=render_to_string("meetings/notices/notice.html", context),
        language=str(context["language"]),
        context=case.context,
    )
