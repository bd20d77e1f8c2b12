"""The end of the case that all doors are tried on: a package, its receiver, what the next step needs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from imc_portal.core import documents, links
from meetings.models import (
    AreaPreparation,
    HandOver,
    HandOverReceiver,
    PartyPreparation,
    Stakeholder,
)

SECRETS = {
    "receiver": "SECRET-RECEIVER-OF-THE-PACKAGE",
    "package": "SECRET-CONTENT-OF-THE-PACKAGE",
    "basis_d": "SECRET-LEGAL-BASIS-OF-D",
    "study": "SECRET-WHO-STUDIES-IT",
    "stakeholder": "SECRET-STAKEHOLDER",
}


def build(made: dict[str, Any], case: Any, focal: Any) -> dict[str, object]:
    """A stored package and a named receiver with a link; what D and the host recorded."""
    name, digest = documents.store("test/full.zip", b"PK " + SECRETS["package"].encode())
    package = HandOver.objects.create(case=case, file_name=name, sha256=digest, size=6, made_by=focal)
    receiver = HandOverReceiver.objects.create(
        package=package, name=SECRETS["receiver"], role="lawyer", email="lawyer@example.org"
    )
    link = links.issue(purpose="receiver", subject=receiver.pk, holder="lawyer", language="en")
    now = timezone.now()
    AreaPreparation.objects.create(
        area=made["area"], study_by=SECRETS["study"], recorded_by="x", recorded_at=now
    )
    PartyPreparation.objects.create(
        area=made["area"],
        participant=made["other"],
        legal_basis=SECRETS["basis_d"],
        recorded_by="x",
        recorded_at=now,
    )
    stakeholder = Stakeholder.objects.create(case=case, name=SECRETS["stakeholder"], recorded_by="x")
    return {
        "full_package": package,
        "receiver": receiver,
        "receiver_token": links.token_of(link),
        "stakeholder": stakeholder,
    }
