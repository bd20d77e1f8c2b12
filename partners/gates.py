"""Why a step of the chain is not ready yet: the gates this room can judge, in whole sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import CandidateArea, Case, Participant


def areas_screened(case: Case) -> list[str]:
    """At least one area within own competence is taken into the talks."""
    if case.areas.filter(state=CandidateArea.State.AGREED).exists():
        return []
    return [_("No area is taken into the talks yet.")]


def contacting(case: Case, undecided: int) -> list[str]:
    """Every neighbour is selected or set aside with a reason, and somebody is selected."""
    reasons = areas_screened(case)
    if not case.participants.filter(state__in=Participant.ORDER[1:]).exists():
        reasons.append(_("No partner is selected yet."))
    if undecided:
        reasons.append(
            ngettext(
                "%(count)d neighbour is neither selected nor set aside with a reason.",
                "%(count)d neighbours are neither selected nor set aside with a reason.",
                undecided,
            )
            % {"count": undecided}
        )
    return reasons


def proposal(case: Case) -> list[str]:
    """At least one participant is open to talk."""
    if case.participants.filter(state__in=Participant.ORDER[3:]).exists():
        return []
    return [_("No municipality is open to talk yet: log the first contact and what came of it.")]
