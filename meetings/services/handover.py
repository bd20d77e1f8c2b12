"""Hand a case over: one package, checked against its schema, stored once with its checksum."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from django.conf import settings
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
from meetings.package import (
    archive,
    dossiers,
    facts,
    index,
    papers,
    people,
    provenance,
    public,
    report,
    schema,
    tables,
)
from partners.models import Case
from partners.services import cases
from proposals.documents import engine

#: What differs between two packages of the same content.
OF_THE_MAKING = ("made_at", "made_by")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which package is wanted: in which language, with or without personal data."""

    language: str
    kind: str = HandOver.Kind.FULL

    def __post_init__(self) -> None:
        """Refuse what there is not."""
        if self.language not in dict(settings.DOCUMENT_LANGUAGES):
            raise Refusal(_("Choose one of the languages of our documents."))
        if self.kind not in HandOver.Kind.values:
            raise Refusal(_("Choose the full or the public copy."))

    @property
    def is_public(self) -> bool:
        """Without personal data."""
        return self.kind == HandOver.Kind.PUBLIC


def hand_over(
    *,
    case: Case,
    actor: Actor,
    language: str = "",
    kind: str = HandOver.Kind.FULL,
    override: str = "",
    now: dt.datetime | None = None,
) -> HandOver:
    """Build the package outside any transaction, then keep it and move the case; nothing is half written.

    It speaks the maker's language unless another is given. A lead passes what may be passed by `override`.
    """
    now = now or timezone.now()
    wish = Wish(language or language_of(_maker(actor).language), kind)
    reasons = _gate(case, override)
    content = build(case=case, wish=wish, actor=actor, now=now)
    with transaction.atomic():
        cases.locked(case)
        _require_news(case, wish, content)
        if not wish.is_public:
            cases.advance(
                case=case,
                to=Case.State.HANDED_OVER,
                actor=actor,
                reasons_against=reasons,
                override=override,
            )
        return _keep(case, wish, content, actor, override if reasons else "")


def language_of(code: str) -> str:
    """The language of our documents that serves somebody who reads this one."""
    return code if code in dict(settings.DOCUMENT_LANGUAGES) else str(settings.LANGUAGE_CODE)


def build(*, case: Case, wish: Wish, actor: Actor, now: dt.datetime) -> bytes:
    """The bytes of the package, from the database and the stored papers; writes nothing."""
    with translation.override(wish.language):
        sent = papers.of_case(case)
        known = tell(case=case, wish=wish, actor=actor, now=now, sent=sent)
        schema.require(known)
        files = {
            **index.pages(known, now, public=wish.is_public),
            index.PDF: _pdf(known, wish.language),
            index.DATA: archive.as_json(known),
            index.SCHEMA: schema.text(),
            index.ANSWERS: tables.answers(known),
            index.ESTIMATES: tables.estimates(known),
        }
        if not wish.is_public:
            files |= {paper.told["file"]: paper.content for paper in sent}
    return archive.pack(files, now)


def tell(
    *, case: Case, wish: Wish, actor: Actor, now: dt.datetime, sent: list[papers.Paper] | None = None
) -> facts.Facts:
    """All that the package says, as plain values in the active language; writes nothing."""
    sent = papers.of_case(case) if sent is None else sent
    known = facts.gather(case, _maker(actor), now)
    known |= {"kind": wish.kind, "language": wish.language}
    known["documents"] = [paper.told for paper in sent]
    if wish.is_public:
        letters, kept = "letter", {"file": None, "to": None}
        known["documents"] = [one | kept for one in known["documents"] if one["kind"] != letters]
    known |= dossiers.compose(known)
    known["provenance"] = public.hide(known["provenance"], provenance.unasked(case))
    return public.copy(known, people.of_case(case)) if wish.is_public else known


def _gate(case: Case, override: str) -> list[str]:
    """What stands against it; raises GateClosed unless all of it may be passed and a reason is given."""
    if firm := gates.hand_over_firm(case):
        raise GateClosed(*firm)
    reasons = gates.hand_over(case)
    if reasons and not override.strip():
        raise GateClosed(*reasons)
    return reasons


def _keep(case: Case, wish: Wish, content: bytes, actor: Actor, reason: str) -> HandOver:
    name, sha256 = documents.store(f"hand-overs/{case.pk}/package.zip", content)
    package = HandOver.objects.create(
        case=case,
        kind=wish.kind,
        language=wish.language,
        file_name=name,
        sha256=sha256,
        size=len(content),
        made_by=_maker(actor),
    )
    verb = "made a public copy" if wish.is_public else "handed the case over"
    audit.record(
        actor,
        verb,
        package,
        context=case.context,
        after={"sha256": sha256, "language": wish.language},
        reason=reason,
    )
    return package


def _require_news(case: Case, wish: Wish, content: bytes) -> None:
    """A second click, or a second maker, gets the package that is there already."""
    newest = HandOver.objects.filter(case=case, kind=wish.kind, language=wish.language).first()
    if newest is not None and _content_of(newest) == _without_making(archive.unpack(content)):
        raise Refusal(_("Nothing has changed since the newest package was made: use that one."))


def _content_of(package: HandOver) -> dict[str, Any] | None:
    """What a stored package says; None when it cannot be read any more."""
    try:
        content = documents.read(package.file_name, sha256=package.sha256, context=package.case.context)
        return _without_making(archive.unpack(content))
    except (documents.Damaged, zipfile.BadZipFile, KeyError, ValueError):
        return None


def _without_making(files: dict[str, bytes]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(files[index.DATA])
    return {key: value for key, value in told.items() if key not in OF_THE_MAKING}


def _maker(actor: Actor) -> User:
    if actor.user is None:
        raise Refusal(_("A package is made by somebody who has signed in."))
    return actor.user


def _pdf(known: facts.Facts, language: str) -> bytes:
    html = render_to_string("meetings/handover_pdf.html", {"report": report.compose(known, language)})
    try:
        return engine.make_pdf(html, {})
    except (engine.Busy, engine.Unprintable) as problem:
        raise Refusal(_("The readable PDF could not be made: %(why)s") % {"why": problem}) from problem
