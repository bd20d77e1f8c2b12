"""Send a document that failed to the press again."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from proposals import tasks
from proposals.models import Document


@transaction.atomic
def render_again(*, document: Document, actor: Actor) -> None:
    """Queue a failed document with fresh attempts; the words are those that were approved."""
    failed = Document.objects.filter(pk=document.pk, state=Document.State.FAILED)
    if not failed.update(state=Document.State.QUEUED, attempts=0):
        raise Refusal(_("Only a document that could not be rendered is rendered again."))
    audit.record(
        actor, "sent a document to the press again", document, context=document.version.proposal.case.context
    )
    tasks.print_soon(document.pk)
