"""What other rooms' pages show of this one."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Count
from django.template.context import Context

from partners.models import CandidateArea, Case
from proposals import policies
from proposals.models import Document, Proposal, ProposalVersion

register = template.Library()
TONES = {"draft": "plain", "submitted": "waiting", "approved": "done"}


@register.inclusion_tag("proposals/summary.html", takes_context=True)
def proposal_summary(context: Context, case: Case) -> dict[str, Any]:
    """State of the case's proposal with the link to its desk, for those inside the initiator;
    for a recipient, its own document."""
    user = getattr(context.get("request"), "user", None) or context.get("user")
    if user is None or not user.is_authenticated:
        return {}
    proposal = Proposal.objects.visible_to(user).filter(case=case).first()
    if proposal is None:
        return {"own": list(_own(case, user)), "case": case}
    proposal.case = case
    version = proposal.versions.order_by("-number").first()
    documents = list(Document.objects.filter(version=version)) if version else []
    return {
        "case": case,
        "proposal": proposal,
        "version": version,
        "tone": TONES.get(version.state, "plain") if version else "plain",
        "printed": sum(one.state == Document.State.RENDERED for one in documents),
        "failed": sum(one.state == Document.State.FAILED for one in documents),
        "count": len(documents),
        "may_approve": policies.allows(user, "proposal.approve", proposal),
    }


def _own(case: Case, user: Any) -> Any:
    found = Document.objects.visible_to(user).filter(version__proposal__case=case)
    return found.select_related("version", "participant__municipality").order_by("-version__number")


@register.simple_tag
def open_proposals_by_evidence() -> dict[int, int]:
    """How many proposals that are not approved yet reckon with each piece of evidence."""
    unfinished = [ProposalVersion.State.DRAFT, ProposalVersion.State.SUBMITTED]
    areas = CandidateArea.objects.filter(
        state=CandidateArea.State.AGREED, case__proposal__versions__state__in=unfinished
    ).exclude(case__state=Case.State.CLOSED)
    counted = areas.order_by().values_list("function__evidence").annotate(Count("case", distinct=True))
    return dict(counted)


@register.filter
def at_key(counts: dict[int, int], key: int) -> int:
    """The count under a key; none where there is none."""
    return counts.get(key, 0)


@register.filter
def tone(state: str) -> str:
    """Tone of a state of a version or document."""
    return {
        "submitted": "waiting",
        "approved": "done",
        "queued": "waiting",
        "rendering": "waiting",
        "rendered": "done",
        "failed": "trouble",
    }.get(state, "plain")
