"""Where the case comes from: versions of the proposal, gates passed with a reason, rankings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from imc_portal.core.models import AuditEntry
from meetings.package import people
from partners.models import Case, Participant, RankingSnapshot
from proposals.models import ProposalVersion

Facts = dict[str, Any]
#: What kept this gate closed names neighbours that nobody has asked yet.
AMONG_OURSELVES = Case.State.CONTACTING


def gather(case: Case) -> Facts:
    """Versions, overrides and the digests of the rankings that choices were made on."""
    approved = ProposalVersion.objects.filter(
        proposal__case=case, state=ProposalVersion.State.APPROVED
    ).order_by("number")
    passed = AuditEntry.objects.filter(context=case.context, after__has_key="overridden").order_by("at", "id")
    rankings = RankingSnapshot.objects.filter(case=case).order_by("taken_at")
    return {
        "proposal_versions": [
            _version(one) for one in approved.select_related("approved_by", "submitted_by")
        ],
        "overrides": [_override(one) for one in passed],
        "left": [_left(one) for one in _gone(case)],
        "rankings": [
            {"taken_at": one.taken_at.isoformat(), "functions": list(one.functions), "digest": one.digest}
            for one in rankings
        ],
    }


def unasked(case: Case) -> list[str]:
    """Names of municipalities on the long list that were never spoken to."""
    rows = case.participants.filter(
        state__in=[Participant.State.LONGLISTED, Participant.State.SET_ASIDE, Participant.State.SELECTED]
    )
    return [one.municipality.name for one in rows.select_related("municipality")]


def _version(one: ProposalVersion) -> Facts:
    return {
        "number": one.number,
        "approved_at": one.approved_at.isoformat() if one.approved_at else None,
        "approved_by": people.person(str(one.approved_by or ""), _("lead")) if one.approved_by else None,
        "single_handed": one.single_handed,
        "what_changed": one.what_changed,
    }


def _override(one: AuditEntry) -> Facts:
    """Which gate, what stood against it, and the lead's reason."""
    to = str(one.after.get("state", ""))
    known = to in Case.State.values
    against = one.after.get("overridden")
    names = [str(reason) for reason in against] if isinstance(against, list) else []
    return {
        "step": str(Case.State(to).label) if known else one.target_text,
        "reasons_against": [] if to == AMONG_OURSELVES else names,
        "reason": one.reason,
        "by": people.said(one.actor_name, _("lead")),
        "at": one.at.isoformat(),
    }


def _gone(case: Case) -> list[Participant]:
    """Those who were spoken to and do not take part now."""
    exits = {*Participant.EXITS} - {Participant.State.SET_ASIDE}
    rows = case.participants.filter(state__in=exits).select_related("municipality")
    return [one for one in rows if one.left_from in ("", *Participant.IN_TOUCH)]


def _left(one: Participant) -> Facts:
    return {
        "municipality": one.municipality.name,
        "state": one.state,
        "state_name": one.get_state_display(),
        "reason": one.reason,
    }
