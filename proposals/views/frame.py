"""What every page of the desk shows around its text: sections, recipients, state, next act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.http import PersonRequest
from imc_portal.core.models import User
from proposals import policies
from proposals.documents.facts import Facts
from proposals.models import Annex, Proposal, ProposalVersion
from proposals.services.completeness import Gap, gaps

VERSION = "version__proposal__case__initiator"


#: Places of a page that are no fields.
PLACES = {"": "in-step", "statements": "statements", "suggested": "statements"}


@dataclass(frozen=True, slots=True)
class Mend:
    """Something that lacks, and where it is mended."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the list on the left."""

    label: str
    url: str
    mends: list[Mend]
    current: bool

    @property
    def missing(self) -> int:
        """How many things lack here."""
        return len(self.mends)


def find_proposal(request: PersonRequest, pk: UUID) -> Proposal:
    """A proposal the person may see, or 404."""
    return get_object_or_404(
        Proposal.objects.visible_to(request.user).select_related("case__initiator"), pk=pk
    )


def find_annex(request: PersonRequest, pk: UUID) -> Annex:
    """An annex of a proposal the person may see, or 404."""
    visible = Proposal.objects.visible_to(request.user)
    annexes = Annex.objects.filter(version__proposal__in=visible).select_related(
        VERSION,
        "version__drafted_by",
        "version__submitted_by",
        "version__approved_by",
        "participant__municipality",
        "participant__contact",
    )
    return get_object_or_404(annexes, pk=pk)


def latest(proposal: Proposal) -> ProposalVersion:
    """The version on the desk: the newest one."""
    version = (
        proposal.versions.select_related("drafted_by", "submitted_by", "approved_by")
        .order_by("-number")
        .first()
    )
    if version is None:
        raise ProposalVersion.DoesNotExist
    version.proposal = proposal
    return version


def annexes_of(version: ProposalVersion) -> list[Annex]:
    """The annexes with all that the pages show of them."""
    found = version.annexes.select_related("participant__municipality", "participant__contact")
    return list(found.prefetch_related("statements"))


def frame(
    user: User,
    version: ProposalVersion,
    annex: Annex | None = None,
    *,
    facts: Facts | None = None,
    paper: str = "",
) -> dict[str, Any]:
    """The context around the text; annex is the one that is open, `paper` the one whose paper is wanted."""
    proposal = version.proposal
    annexes = annexes_of(version)
    lacking = gaps(version, annexes, facts) if version.state != ProposalVersion.State.APPROVED else []
    wanted = next((one for one in annexes if str(one.pk) == paper), None)
    return {
        "case": proposal.case,
        "proposal": proposal,
        "version": version,
        "annexes": annexes,
        "sections": _sections(proposal, annexes, lacking, annex),
        "gaps": lacking,
        "out_of_step": any(gap.where == "recipients" for gap in lacking),
        "may_draft": policies.allows(user, "proposal.draft", proposal),
        "may_approve": policies.allows(user, "proposal.approve", proposal),
        "shown": wanted or annex or next(iter(annexes), None),
        "now": timezone.now(),
    }


def other_key(version: ProposalVersion, facts: Facts) -> list[str]:
    """Areas in which the cost key of the version cannot be formed from the figures there are."""
    return [_(one.service.name) for one in facts.estimates if one.known and one.headline != version.cost_key]


def _sections(
    proposal: Proposal, annexes: list[Annex], lacking: list[Gap], current: Annex | None
) -> list[Section]:
    desk = reverse("proposals:desk", args=[proposal.pk])
    contacts = reverse("partners:contacts", args=[proposal.case_id])

    def mends(where: str, url: str) -> list[Mend]:
        return [
            Mend(
                gap.text, contacts if gap.at == "recipient" else f"{url}#{PLACES.get(gap.at, f'id_{gap.at}')}"
            )
            for gap in lacking
            if gap.where == where
        ]

    found = [Section(_("Common part"), desk, mends("common", desk), current is None)]
    if any(gap.where == "recipients" for gap in lacking):
        found.append(Section(_("Recipients"), f"{desk}#in-step", mends("recipients", desk), False))
    for annex in annexes:
        url = reverse("proposals:annex", args=[annex.pk])
        is_open = current is not None and annex.pk == current.pk
        found.append(Section(str(annex.participant), url, mends(str(annex.pk), url), is_open))
    return found
