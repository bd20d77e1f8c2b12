"""Partners who join after the papers went out: nobody enters silently, and what each still lacks is said.

A late partner needs its own part in a new version of the proposal, its own lead time and its own questions.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.models import Dispatch, Meeting
from partners.models import Case, Participant
from proposals.models import Annex, ProposalVersion

P = Participant.State
#: Who has a step before the proposal, although the others have the proposal already.
BEHIND = (P.SELECTED, P.CONTACTED, P.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Lack:
    """A late partner, the one thing it lacks next, and where to see to that."""

    participant: Participant
    sentence: str
    label: str
    url: str
    method: str = "get"


def lacks(case: Case) -> list[Lack]:
    """What each late partner lacks next; a fixed number of queries, none before the papers went out."""
    if not case.has_reached(Case.State.INFORMAL_MEETING) or case.has_reached(Case.State.FORMAL_HELD):
        return []
    behind = [p for p in case.participants.all() if p.state in BEHIND]
    if not behind or case.state in Case.RESTING:
        return []
    ground = _Ground.of(case)
    return [ground.lack(participant) for participant in behind]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What there is of papers and meetings in the case."""

    case: Case
    newest: ProposalVersion | None
    parts: Mapping[uuid.UUID, set[bool]]
    meeting: Meeting | None
    papers: Mapping[uuid.UUID, Dispatch]

    @classmethod
    def of(cls, case: Case) -> _Ground:
        versions = ProposalVersion.objects.filter(proposal__case=case).order_by("-number")
        newest = versions.first()
        approved = versions.filter(state=ProposalVersion.State.APPROVED).first()
        parts: dict[uuid.UUID, set[bool]] = {}
        known = [version.pk for version in (newest, approved) if version]
        for annex in Annex.objects.filter(version__in=known):
            parts.setdefault(annex.participant_id, set()).add(
                bool(approved and annex.version_id == approved.pk)
            )
        ahead = [Meeting.State.PLANNED, Meeting.State.CALLED]
        meetings = Meeting.objects.filter(case=case, kind=Meeting.Kind.INFORMAL, state__in=ahead)
        meeting = meetings.order_by("-starts_at").first()
        found = Dispatch.objects.filter(invitation__meeting=meeting) if meeting else Dispatch.objects.none()
        papers = {
            paper.invitation.participant_id: paper
            for paper in found.select_related("invitation__participant__municipality", "email", "by_hand")
        }
        return cls(case, newest, parts, meeting, papers)

    def lack(self, participant: Participant) -> Lack:
        """The first thing that is missing, in the order in which it is done."""
        name = {"name": participant.municipality}
        if participant.state != P.ACKNOWLEDGED:
            sentence = _("%(name)s has not said yet that it is open to talk.") % name
            url = reverse("partners:contact_log", args=[self.case.pk, participant.pk])
            return Lack(participant, sentence, _("Log a contact"), url)
        if True not in self.parts.get(participant.pk, set()):
            return self._part(participant)
        if self.meeting is None:
            sentence = _(
                "%(name)s has its own part of the proposal, but no informal meeting lies ahead: its paper "
                "and its questions go out with the invitation, in good time before."
            )
            url = reverse("meetings:plan", args=[self.case.pk, Meeting.Kind.INFORMAL])
            return Lack(participant, sentence % name, _("Plan a further informal meeting"), url)
        return self._paper(participant, self.meeting)

    def _part(self, participant: Participant) -> Lack:
        """Its own annex, in a version that is approved."""
        name = {"name": participant.municipality}
        if self.newest and self.newest.state == ProposalVersion.State.APPROVED:
            sentence = _("%(name)s has no part of its own in the proposal: it needs a new version.") % name
            url = reverse("proposals:new_version", args=[self.newest.proposal_id])
            return Lack(participant, sentence, _("Begin a new version"), url, "post")
        sentence = _("The version with the part for %(name)s is not approved yet.") % name
        url = self.newest.proposal.get_absolute_url() if self.newest else self.case.get_absolute_url()
        return Lack(participant, sentence, _("Open the proposal"), url)

    def _paper(self, participant: Participant, meeting: Meeting) -> Lack:
        """Its paper, in good time before a meeting."""
        paper = self.papers.get(participant.pk)
        url = reverse("meetings:delivery", args=[meeting.pk])
        if paper and paper.is_late:
            sentence = _(
                "The paper for %(name)s cannot come in good time before the meeting: it accepts that, or the "
                "meeting moves."
            )
        else:
            sentence = _("The paper for %(name)s is on its way; its questions go with it.")
        return Lack(participant, sentence % {"name": participant.municipality}, _("See the delivery"), url)
