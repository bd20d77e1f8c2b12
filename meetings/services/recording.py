"""Write down what is said, item by item. The words of two writers are joined; none of them is ever lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal
from meetings import sheet
from meetings.models import Meeting, RecordNote, RecordRevision
from meetings.services import holding
from proposals.joining import join_both

LIMIT = 20_000
MOST_ITEMS = 1_000
#: Autosave writes often; the trail says once in a while who wrote.
QUIET = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a saving came to: the text as it stands, and whether it holds words of somebody else.

    `sent` is the revision under which the writer's own words are known, for a page whose writer has typed on;
    `met`: both wrote in one place, and both texts stand there.
    """

    revision: int
    sent: int
    text: str
    brought: bool = False
    met: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What one open page sends: its text, the revision it goes on from, and which page it is."""

    text: str
    revision: int
    page: str = ""


@transaction.atomic
def keep(
    *, meeting: Meeting, position: int, words: Words, actor: Actor, now: dt.datetime | None = None
) -> Kept:
    """Keep the text on one item, joined with what was saved after the given revision.

    Refused once the record is closed; then the words stay where they were typed.
    """
    now = now or timezone.now()
    fresh = holding.open_record(meeting)
    note = _note(fresh, position)
    words = Words(plain(words.text), words.revision, words.page[:40])
    if len(words.text) > LIMIT:
        raise Refusal(_too_long())
    kept = _keep(note, words, actor, now)
    _trail(actor, fresh, now)
    return kept


def plain(text: str) -> str:
    """Line ends as the portal writes them, whatever a browser sends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _note(meeting: Meeting, position: int) -> RecordNote:
    """The note on an item of the agenda; the meeting is locked, so nobody else makes it at this moment."""
    if position > MOST_ITEMS:
        raise Refusal(_("The agenda has no such item."))
    found = RecordNote.objects.filter(meeting=meeting, position=position).first()
    if found:
        return found
    title = sheet.title_of(meeting, position)
    if position == sheet.GENERAL:
        title = _("In general")
    if not title:
        raise Refusal(_("The agenda has no such item."))
    return RecordNote(meeting=meeting, position=position, title=title[:300])


def _keep(note: RecordNote, words: Words, actor: Actor, now: dt.datetime) -> Kept:
    number, base = _base(note, words)
    if number == note.revision:
        if words.text != note.text:
            _write(note, [words.text], words.page, actor, now)
        return Kept(note.revision, note.revision, note.text)
    others = _others(note, number, actor)
    if words.text == base:
        return Kept(note.revision, number, note.text, brought=True, others=others)
    text, met = join_both(base or "", words.text, note.text)
    if len(text) > LIMIT:
        raise Refusal(_too_long())
    if text == words.text:
        _write(note, [text], words.page, actor, now)
        return Kept(note.revision, note.revision, text)
    _write(note, [words.text, text], words.page, actor, now)
    return Kept(note.revision, note.revision - 1, text, brought=True, met=met, others=others)


def _base(note: RecordNote, words: Words) -> tuple[int, str | None]:
    """The saving that these words go on from, and its text; None when nobody knows it.

    An answer may be lost on the way: what the same page sent last is known here, whatever the page believes.
    """
    if note.pk is None:
        return (0, "") if words.revision == 0 else (-1, None)
    kept = RecordRevision.objects.filter(note=note)
    last = kept.filter(page=words.page, number__gt=words.revision).first() if words.page else None
    found = last or kept.filter(number=words.revision).first()
    if found:
        return found.number, found.text
    return (0, "") if words.revision == 0 else (-1, None)


def _write(note: RecordNote, texts: list[str], page: str, actor: Actor, now: dt.datetime) -> None:
    """Keep the texts as revisions, the first as its page sent it; the last is what the note says now."""
    note.text, note.kept_by, note.kept_at = texts[-1], actor.name[:200], now
    note.revision += len(texts)
    note.save()
    first = note.revision - len(texts) + 1
    RecordRevision.objects.bulk_create(
        RecordRevision(
            note=note,
            number=number,
            text=text,
            page=page if number == first else "",
            kept_by=note.kept_by,
            kept_at=now,
        )
        for number, text in enumerate(texts, start=first)
    )


def _others(note: RecordNote, number: int, actor: Actor) -> tuple[str, ...]:
    rows = RecordRevision.objects.filter(note=note, number__gt=number).exclude(kept_by=actor.name[:200])
    return tuple(dict.fromkeys(rows.values_list("kept_by", flat=True)))


def _too_long() -> str:
    return _("This text is too long: at most %(limit)d characters.") % {"limit": LIMIT}


def _trail(actor: Actor, meeting: Meeting, now: dt.datetime) -> None:
    verb = "wrote the record"
    recent = AuditEntry.objects.filter(
        actor_key=actor.key, verb=verb, target_key=audit.key_of(meeting), at__gt=now - QUIET
    )
    if not recent.exists():
        audit.record(actor, verb, meeting, context=meeting.case.context)
