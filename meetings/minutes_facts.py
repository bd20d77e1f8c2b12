"""What the minutes of a formal meeting say, as plain values: gathered from the record, frozen when sent.

Words of the portal are kept as codes, names of areas and items in every language of papers, so that the same
facts make the same paper in each of them for ever. Nothing is written here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils import translation

from imc_portal.core import languages
from meetings import spoken
from meetings.models import (
    ExplorationDecision,
    FormalMeeting,
    Invitation,
    Minutes,
    MinutesVoice,
    NextStep,
    SelectedArea,
)
from partners.models import Case, Participant

Facts = dict[str, Any]
Names = dict[str, str]
SUBJECT = Invitation.Mandate.SUBJECT_TO_COUNCIL
FOR_IT = (ExplorationDecision.Vote.YES, ExplorationDecision.Vote.YES_IF)


def gather(minutes: Minutes, now: dt.datetime) -> Facts:
    """Everything that this version of the minutes says, as the record has it."""
    meeting = minutes.meeting
    rows = list(delegations(meeting))
    return {
        "format": 1,
        "case": meeting.case.title,
        "initiator": str(meeting.case.initiator),
        "host": str(meeting.host),
        "written_in": home_language(meeting.case),
        "number": minutes.number,
        "what_changed": minutes.what_changed,
        "made_at": now.isoformat(),
        "meeting": _meeting(meeting),
        "attendance": [_delegation(row) for row in rows],
        "guests": [
            {"body": str(guest.body), "role": guest.role, "name": guest.name, "present": bool(guest.present)}
            for guest in meeting.guests.select_related("body")
        ],
        "introduction": minutes.introduction,
        "items": [item for item in minutes.items if item["text"].strip()],
        "closing": minutes.closing,
        "objectives": [_objective(one) for one in meeting.objectives.all()],
        "areas": [_area(one) for one in _selected(meeting)],
        "none_because": meeting.none_because,
        "steps": [_step(one) for one in _steps(meeting)],
        "asked": [{"id": str(row.participant_id), "name": str(row.participant)} for row in asked(rows)],
    }


def home_language(case: Case) -> str:
    """The language of papers that the people who run the case write in."""
    return languages.nearest(case.opened_by.language) or settings.LANGUAGE_CODE


def digest(facts: Facts) -> str:
    """The checksum of the facts in one fixed spelling."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_items(meeting: FormalMeeting) -> list[Facts]:
    """The items as they were written down at the table; without notes, the agenda to be filled in."""
    agenda = _agenda(meeting)
    known = {title: names for names in agenda for title in names.values()}
    known |= {row["title"]: names for row, names in zip(meeting.agenda, agenda, strict=True)}
    notes = list(meeting.notes_by_item.all())
    if not notes:
        return [{"titles": names, "text": ""} for names in agenda]
    return [{"titles": known.get(note.title) or _same(note.title), "text": note.text} for note in notes]


def delegations(meeting: FormalMeeting) -> Iterable[Invitation]:
    """Every municipality invited, with who came."""
    return meeting.invitations.select_related(
        "participant__municipality", "participant__contact"
    ).prefetch_related("delegates")


def asked(rows: Iterable[Invitation]) -> list[Invitation]:
    """Whose word on the minutes counts: delegations that were there and still take part."""
    return [row for row in rows if row.present and row.participant.state in Participant.ACTIVE]


def subject_to_council(meeting: FormalMeeting) -> list[Participant]:
    """Who decided to explore, subject to its council."""
    decided = ExplorationDecision.objects.filter(
        selected_area__meeting=meeting, mandate=SUBJECT, vote__in=FOR_IT
    )
    return list(
        Participant.objects.filter(pk__in=decided.values("participant")).select_related("municipality")
    )


def ending(minutes: Minutes, now: dt.datetime, because: str = "") -> Facts:
    """What each delegation had said in the end; silence stays silence."""
    said = latest_voices(minutes)
    parties = {
        str(row.pk): row
        for row in Participant.objects.filter(pk__in=[one["id"] for one in asked_in(minutes)])
    }
    return {
        "ended_at": now.isoformat(),
        "because": because,
        "voices": [_ended(one, said.get(one["id"]), parties.get(one["id"])) for one in asked_in(minutes)],
    }


def asked_in(minutes: Minutes) -> list[Facts]:
    """Whom this version was sent to for their word."""
    return list((minutes.facts or {}).get("asked", []))


def latest_voices(minutes: Minutes) -> dict[str, MinutesVoice]:
    """The word that counts of each delegation, by participant."""
    latest: dict[str, MinutesVoice] = {}
    for voice in sorted(minutes.voices.all(), key=lambda row: row.recorded_at):
        latest[str(voice.participant_id)] = voice
    return latest


def _ended(one: Facts, voice: MinutesVoice | None, party: Participant | None) -> Facts:
    left = party is None or party.state not in Participant.ACTIVE
    if voice is None:
        return {"name": one["name"], "said": "left" if left else "silent"}
    return {
        "name": one["name"],
        "said": str(voice.voice),
        "text": voice.text,
        "by": voice.name,
        "at": voice.recorded_at.isoformat(),
        "how": voice.how,
        "answer": voice.answer,
        "answered_by": voice.answered_by,
    }


def _meeting(meeting: FormalMeeting) -> Facts:
    return {
        "starts": meeting.starts_at.isoformat(),
        "ends": meeting.ends_at.isoformat(),
        "time_zone": meeting.time_zone,
        "place": meeting.place,
        "online": bool(meeting.online_url),
        "chair": meeting.chair,
        "secretary": meeting.secretary,
    }


def _delegation(row: Invitation) -> Facts:
    return {
        "name": str(row.participant),
        "present": bool(row.present),
        "delegate": row.delegate_name if row.present else "",
        "office": row.delegate_office if row.present else "",
        "mandate": row.mandate if row.present else "",
        "appointment": row.appointment if row.present else "",
        "others": [
            {"name": one.name, "office": one.office, "capacity": one.capacity}
            for one in row.delegates.all()
            if one.present
        ],
    }


def _objective(one: Any) -> Facts:
    return {
        "text": one.text,
        "indicator": one.indicator,
        "baseline": one.baseline,
        "target": one.target,
        "horizon": one.horizon,
    }


def _selected(meeting: FormalMeeting) -> Iterable[SelectedArea]:
    return meeting.selected_areas.select_related("area__function", "objective").prefetch_related(
        "also_serves", "decisions__participant__municipality"
    )


def _area(one: SelectedArea) -> Facts:
    return {
        "names": in_all_languages(lambda: str(one.area)),
        "objectives": [one.objective.text, *(row.text for row in one.also_serves.all())],
        "why": one.why,
        "decisions": [
            {
                "name": str(row.participant),
                "vote": row.vote,
                "condition": row.condition,
                "dissent": row.dissent,
                "mandate": row.mandate,
            }
            for row in one.decisions.all()
        ],
    }


def _steps(meeting: FormalMeeting) -> Iterable[NextStep]:
    return meeting.next_steps.select_related("owner__municipality").prefetch_related("depends_on")


def _step(one: NextStep) -> Facts:
    return {
        "action": one.action,
        "who": one.owner_name,
        "municipality": str(one.owner),
        "due": one.due.isoformat(),
        "after": [row.action for row in one.depends_on.all()],
    }


def in_all_languages(words: Callable[[], str]) -> Names:
    """The same words in each language of papers."""
    names = {}
    for code, _name in settings.DOCUMENT_LANGUAGES:
        with translation.override(code):
            names[code] = words()
    return names


def _agenda(meeting: FormalMeeting) -> list[Names]:
    """The titles of the agenda, each in every language."""
    spelled = {}
    for code, _name in settings.DOCUMENT_LANGUAGES:
        with translation.override(code):
            spelled[code] = [item.title for item in spoken.items(meeting)]
    return [{code: titles[n] for code, titles in spelled.items()} for n in range(len(meeting.agenda))]


def _same(title: str) -> Names:
    return {code: title for code, _name in settings.DOCUMENT_LANGUAGES}
