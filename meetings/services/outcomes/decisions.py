"""What each municipality decides on exploring the feasibility of cooperation in an area, nothing more."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings.models import ExplorationDecision, FormalMeeting, Invitation, SelectedArea
from meetings.services.outcomes.record import note, open_record

Vote = ExplorationDecision.Vote
Cell = tuple[uuid.UUID, uuid.UUID]


@dataclass(frozen=True, slots=True)
class Voice:
    """What one municipality says on exploring one selected area; an empty vote means nothing said yet.

    `was` is the trace of what stood in this cell when the writer began; None when nobody knows.
    """

    selected_area: uuid.UUID
    participant: uuid.UUID
    vote: str
    condition: str = ""
    dissent: str = ""
    was: str | None = None

    @property
    def cell(self) -> Cell:
        """Which cell of the matrix."""
        return (self.selected_area, self.participant)

    @property
    def trace(self) -> str:
        """What the cell would be known by."""
        condition = self.condition if self.vote == Vote.YES_IF else ""
        return _trace(self.vote, condition, self.dissent)


def trace_of(row: ExplorationDecision | None) -> str:
    """By what a decision on record is known again; nothing for none."""
    return _trace(row.vote, row.condition, row.dissent) if row else ""


@transaction.atomic
def decide(*, meeting: FormalMeeting, voices: Sequence[Voice], revision: int, actor: Actor) -> int:
    """Write the decisions on exploring feasibility, all or none, and return the new revision.

    Only municipalities present decide, with the mandate of their delegate. What somebody else saved in
    between stays; Stale where both changed the same cell.
    """
    meeting = open_record(meeting)
    present = {row.participant_id: row for row in meeting.invitations.filter(present=True)}
    selected = {row.pk: row for row in meeting.selected_areas.select_related("area__function")}
    for voice in voices:
        if voice.selected_area not in selected or voice.participant not in present:
            raise Refusal(_("Only municipalities that are present decide, and only on selected areas."))
    if meeting.revision != revision:
        voices = _without_others(voices, meeting, selected)
    for voice in voices:
        _record(voice, selected[voice.selected_area], present[voice.participant])
    meeting.revision += 1
    meeting.save(update_fields=["revision"])
    said = [voice for voice in voices if voice.vote]
    note(actor, "recorded decisions on exploring feasibility", meeting, meeting, decisions=len(said))
    return meeting.revision


def _without_others(
    voices: Sequence[Voice], meeting: FormalMeeting, selected: Mapping[uuid.UUID, SelectedArea]
) -> list[Voice]:
    """The cells that this writer changed; refused where somebody else changed the same one otherwise."""
    rows = ExplorationDecision.objects.filter(selected_area__meeting=meeting)
    now = {
        (row.selected_area_id, row.participant_id): row
        for row in rows.select_related("participant__municipality")
    }
    mine = [voice for voice in voices if voice.trace not in (voice.was, trace_of(now.get(voice.cell)))]
    both = [voice for voice in mine if voice.was != trace_of(now.get(voice.cell))]
    if both:
        raise Stale(
            _("Somebody else has just recorded decisions. Yours are not saved yet: compare, then save."),
            *(_meanwhile(now.get(voice.cell), selected[voice.selected_area]) for voice in both),
        )
    return mine


def _meanwhile(row: ExplorationDecision | None, selected: SelectedArea) -> str:
    if row is None:
        return _("%(area)s: a decision was taken back meanwhile.") % {"area": selected.area}
    words = {"area": selected.area, "name": row.participant, "vote": row.get_vote_display()}
    return _("%(area)s, %(name)s: on record is now “%(vote)s”.") % words


def _record(voice: Voice, selected: SelectedArea, guest: Invitation) -> None:
    decision = ExplorationDecision.objects.filter(selected_area=selected, participant=guest.participant_id)
    if not voice.vote:
        decision.delete()
        return
    row = decision.first() or ExplorationDecision(selected_area=selected, participant_id=guest.participant_id)
    row.vote, row.mandate = voice.vote, guest.mandate
    row.condition = voice.condition.strip() if voice.vote == Vote.YES_IF else ""
    row.dissent = voice.dissent.strip()
    row.full_clean(exclude=["selected_area", "participant"])
    row.save()


def _trace(vote: str, condition: str, dissent: str) -> str:
    if not vote:
        return ""
    words = "\n".join((vote, condition.strip(), dissent.strip()))
    return hashlib.sha256(words.encode()).hexdigest()[:16]
