"""The minutes of a formal meeting: drafted from its record, written by several, sent frozen, renewed.

Every act locks the case first, then the minutes.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal, Stale
from meetings import leadtime, minutes_facts
from meetings.models import (
    CaseRules,
    FormalMeeting,
    Invitation,
    Meeting,
    MeetingPaper,
    Minutes,
    MinutesRevision,
)
from meetings.services import addressees, papers
from partners.models import Case
from partners.services import cases
from proposals.joining import join_both

State = Minutes.State
WORDS = {"introduction": 4000, "closing": 4000, "what_changed": 1000}
ITEM_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What a saving came to; `met` names the passages that two people changed in the same place."""

    revision: int
    joined: bool = False
    met: tuple[str, ...] = ()


@transaction.atomic
def begin(*, meeting: FormalMeeting, actor: Actor) -> Minutes:
    """Draft the minutes from the record; a second call returns the version there is."""
    _running_case(meeting.case_id)
    fresh = FormalMeeting.objects.select_for_update(of=("self",)).select_related("case").get(pk=meeting.pk)
    if fresh.state != Meeting.State.HELD:
        raise Refusal(_("Close the record of the meeting first: the minutes are drafted from it."))
    if there := fresh.minutes.first():
        return there
    minutes = Minutes.objects.create(
        meeting=fresh, items=minutes_facts.first_items(fresh), drafted_by=actor.name[:200]
    )
    _remember(minutes, actor, timezone.now())
    audit.record(actor, "drafted the minutes", minutes, context=fresh.case.context)
    return minutes


@transaction.atomic
def keep(*, minutes: Minutes, revision: int, words: dict[str, str], actor: Actor) -> Kept:
    """Keep what was written, joined with what others saved after the given revision; nobody's is lost."""
    fresh = locked(minutes)
    _require_draft(fresh)
    if not 0 <= revision <= fresh.revision:
        raise Stale(_("Somebody else wrote in these minutes. Open the page again and compare."))
    stored = words_of(fresh)
    mine = {name: text.replace("\r\n", "\n") for name, text in words.items() if name in stored}
    base = _recalled(fresh, revision)
    met, joined = [], {}
    for name, text in mine.items():
        joined[name], collided = join_both(base.get(name, ""), text, stored[name])
        met += [name] if collided else []
    if joined == {name: stored[name] for name in joined}:
        return Kept(fresh.revision, joined != mine, tuple(met))
    _put(fresh, _within(stored | joined))
    fresh.revision += 1
    fresh.save(update_fields=[*WORDS, "items", "revision"])
    _remember(fresh, actor, timezone.now())
    if fresh.revision == 1:
        audit.record(actor, "wrote in the minutes", fresh, context=fresh.meeting.case.context)
    return Kept(fresh.revision, joined != mine, tuple(met))


@transaction.atomic
def send(*, minutes: Minutes, revision: int, actor: Actor, now: dt.datetime | None = None) -> Minutes:
    """Freeze the draft as it was read and send it to every delegation; the time to object begins.

    The letters leave with the clock, as soon as the PDF of each language is printed.
    """
    now = now or timezone.now()
    fresh = locked(minutes)
    _require_draft(fresh)
    if fresh.revision != revision:
        raise Stale(_("Somebody else wrote in these minutes meanwhile. Read them once more, then send."))
    if fresh.number > 1 and not fresh.what_changed.strip():
        raise Refusal(_("Say what changed since the version before."))
    asked = minutes_facts.asked(minutes_facts.delegations(fresh.meeting))
    if not asked:
        raise Refusal(_("No delegation that was present takes part any more."))
    fresh.facts = minutes_facts.gather(fresh, now)
    fresh.sha256 = minutes_facts.digest(fresh.facts)
    fresh.state, fresh.sent_at = State.SENT, now
    fresh.objections_until = deadline(fresh.meeting, asked, now)
    fresh.save(update_fields=["facts", "sha256", "state", "sent_at", "objections_until"])
    ask_papers(fresh, MeetingPaper.Kind.MINUTES, asked)
    audit.record(
        actor,
        "sent the minutes",
        fresh,
        context=fresh.meeting.case.context,
        after={"number": fresh.number, "sha256": fresh.sha256, "until": fresh.objections_until.isoformat()},
    )
    return fresh


@transaction.atomic
def renew(*, minutes: Minutes, actor: Actor) -> Minutes:
    """Begin a new version after an objection: the old one is replaced, everybody will be asked anew."""
    fresh = locked(minutes)
    newer = fresh.meeting.minutes.filter(number__gt=fresh.number).first()
    if newer is not None:
        return newer
    if fresh.state != State.SENT:
        raise Refusal(_("Only minutes that were sent and are still open can be replaced."))
    fresh.state = State.REPLACED
    fresh.save(update_fields=["state"])
    unsent = OutgoingEmail.objects.filter(key__startswith=f"minutes:{fresh.pk}/")
    outbox.cancel(emails=unsent, actor=actor, reason="A new version of the minutes replaces this one.")
    newer = Minutes.objects.create(
        meeting=fresh.meeting,
        number=fresh.number + 1,
        introduction=fresh.introduction,
        items=fresh.items,
        closing=fresh.closing,
        drafted_by=actor.name[:200],
    )
    _remember(newer, actor, timezone.now())
    audit.record(
        actor,
        "began a new version of the minutes",
        newer,
        context=fresh.meeting.case.context,
        after={"replaces": fresh.number},
    )
    return newer


def deadline(meeting: FormalMeeting, asked: list[Invitation], now: dt.datetime) -> dt.datetime:
    """Until when one may object: the working days of the case, counted where the last of them ends."""
    days = CaseRules.of(meeting.case).objection_days
    places = {leadtime.Where.of(row.participant.municipality) for row in asked}
    return max(leadtime.last_moment(now, days, where) for where in places)


def ask_papers(minutes: Minutes, kind: str, rows: list[Invitation]) -> None:
    """Have the PDF printed in each language that is read, and in that of the person who runs the case."""
    spoken = {addressees.spoken_by(row) for row in rows} | {minutes_facts.home_language(minutes.meeting.case)}
    for language in sorted(spoken):
        papers.ask(meeting=minutes.meeting, kind=kind, language=language, edition=minutes.number)


def words_of(minutes: Minutes) -> dict[str, str]:
    """All that is written by hand, by the name of its field."""
    written = {name: str(getattr(minutes, name)) for name in WORDS}
    return written | {f"item-{n}": str(item["text"]) for n, item in enumerate(minutes.items)}


def locked(minutes: Minutes) -> Minutes:
    """The minutes and their case, locked; refused while the case rests."""
    _running_case(minutes.meeting.case_id)
    return (
        Minutes.objects.select_for_update(of=("self",))
        .select_related("meeting__case__initiator", "meeting__case__opened_by", "meeting__host")
        .get(pk=minutes.pk)
    )


def _running_case(case_id: uuid.UUID) -> Case:
    case = cases.locked(Case(pk=case_id))
    if case.state in Case.RESTING:
        raise Refusal(_("The case is parked or closed: reopen it first."))
    return case


def _require_draft(minutes: Minutes) -> None:
    if minutes.state != State.DRAFT:
        raise Refusal(_("These minutes were sent and stay as they are: a correction is a new version."))


def _put(minutes: Minutes, words: dict[str, str]) -> None:
    for name in WORDS:
        setattr(minutes, name, words[name])
    minutes.items = [item | {"text": words[f"item-{n}"]} for n, item in enumerate(minutes.items)]


def _within(words: dict[str, str]) -> dict[str, str]:
    for name, text in words.items():
        limit = WORDS.get(name, ITEM_LIMIT)
        if len(text) > limit:
            raise Refusal(_("At most %(limit)d characters, please.") % {"limit": limit})
    return words


def _recalled(minutes: Minutes, revision: int) -> dict[str, Any]:
    known = minutes.revisions.filter(number=revision).first()
    return dict(known.words) if known else {}


def _remember(minutes: Minutes, actor: Actor, now: dt.datetime) -> None:
    MinutesRevision.objects.create(
        minutes=minutes,
        number=minutes.revision,
        words=words_of(minutes),
        kept_by=actor.name[:200],
        kept_at=now,
    )
