"""Hand a case over: one package, stored once with its checksum."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from imc_portal.core import audit, documents
from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from imc_portal.core.problems import GateClosed, Refusal
from meetings import gates
from meetings.models import HandOver
from meetings.package import archive, dossiers, facts, report
from partners.models import Case
from partners.services import cases
from proposals.documents import engine


def hand_over(*, case: Case, actor: Actor, language: str = "", now: dt.datetime | None = None) -> HandOver:
    """Build the package outside any transaction, then keep it and move the case; nothing is half written.

    It speaks the maker's language unless another is given.
    """
    now = now or timezone.now()
    language = language or _maker(actor).language
    if reasons := gates.hand_over(case):
        raise GateClosed(*reasons)
    content = build(case=case, language=language, actor=actor, now=now)
    with transaction.atomic():
        cases.advance(case=case, to=Case.State.HANDED_OVER, actor=actor)
        name, sha256 = documents.store(f"hand-overs/{case.pk}/package.zip", content)
        package = HandOver.objects.create(
            case=case, file_name=name, sha256=sha256, size=len(content), made_by=_maker(actor)
        )
        audit.record(actor, "handed the case over", package, context=case.context, after={"sha256": sha256})
    return package


def build(*, case: Case, language: str, actor: Actor, now: dt.datetime) -> bytes:
    """The bytes of the package, from the database and the stored proposals; writes nothing."""
    with translation.override(language):
        papers, known = _papers(case), tell(case=case, actor=actor, now=now)
        files = {"case.pdf": _pdf(known, language), "case.json": archive.as_json(known), **papers}
        return archive.pack(case.title, files, now)


def tell(*, case: Case, actor: Actor, now: dt.datetime) -> facts.Facts:
    """All that the package says, as plain values in the active language; writes nothing."""
    known = facts.gather(case, _maker(actor), now)
    known["for_legal_check"] = dossiers.for_legal_check(known)
    known["for_feasibility_study"] = dossiers.for_feasibility_study(known)
    return known


def _maker(actor: Actor) -> User:
    if actor.user is None:
        raise Refusal(_("A package is made by somebody who has signed in."))
    return actor.user


def _pdf(known: facts.Facts, language: str) -> bytes:
    paper = report.compose(known, known["for_legal_check"], known["for_feasibility_study"], language)
    html = render_to_string("meetings/handover_pdf.html", {"report": paper})
    try:
        return engine.make_pdf(html, {})
    except (engine.Busy, engine.Unprintable) as problem:
        raise Refusal(_("The readable PDF could not be made: %(why)s") % {"why": problem}) from problem


def _papers(case: Case) -> dict[str, bytes]:
    """The proposals as they were sent, each checked against its checksum."""
    papers = {}
    for document in facts.sent_documents(case):
        try:
            papers[facts.path_in_package(document)] = documents.read(
                document.file_name, sha256=document.sha256
            )
        except documents.Damaged as problem:
            words = {"name": document.participant}
            raise Refusal(
                _("The stored proposal to %(name)s is missing or was altered; no package is made.") % words
            ) from problem
    return papers
