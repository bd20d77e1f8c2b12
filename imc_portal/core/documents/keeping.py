"""Keep and read documents: under a name with their checksum, whole or not at all, verified each time.

A missing or altered document is an incident. A store that does not answer is one as well, yet says nothing
about the document: callers try again later.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Protocol, cast

from django.core.files.storage import storages

from imc_portal.core import incidents
from imc_portal.core.documents.problems import Altered, Damaged, Missing, StoreDown

log = logging.getLogger(__name__)

Kind = incidents.Kind
#: What the incident of a store that does not answer is about.
STORE = "store:documents"
#: Nothing takes as long to write; after that its writer is dead.
UNFINISHED_SECONDS = 6 * 3600.0


class Keeper(Protocol):
    """What the folder and the bucket have in common."""

    def keep(self, name: str, content: bytes) -> None:
        """All of it or nothing; raises StoreDown."""

    def fetch(self, name: str) -> bytes:
        """Raises Missing or StoreDown."""

    def answer(self, name: str) -> None:
        """Raises StoreDown when not this document but the whole place is not there."""

    def sweep(self, older_than: float) -> int:
        """Remove what dead writers left."""


def store(name: str, content: bytes) -> tuple[str, str]:
    """Keep the bytes under a name that contains their checksum; returns (name, SHA-256). Raises StoreDown.

    A file that stands there already is read and verified; a damaged one is replaced, for these are its bytes.
    """
    digest = hashlib.sha256(content).hexdigest()
    stem, _dot, suffix = name.rpartition(".")
    full = f"{stem}-{digest[:16]}.{suffix}"
    try:
        if not _stands(full, digest):
            keeper().keep(full, content)
    except StoreDown as problem:
        tell_down(problem)
        raise
    return full, digest


def read(name: str, *, sha256: str, context: str = "") -> bytes:
    """The bytes, verified; raises Missing, Altered (both Damaged) or StoreDown, each told as an incident."""
    try:
        return verified(name, sha256)
    except Damaged as problem:
        tell_damaged(problem, context)
        raise
    except StoreDown as problem:
        tell_down(problem)
        raise


def verified(name: str, sha256: str) -> bytes:
    """The bytes, verified; tells nobody."""
    try:
        content = keeper().fetch(name)
    except Missing:
        keeper().answer(name)
        raise
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Altered(name)
    return content


def sweep() -> int:
    """Remove what dead writers left; returns how many files."""
    return keeper().sweep(UNFINISHED_SECONDS)


def keeper() -> Keeper:
    """The store that the settings name."""
    return cast(Keeper, storages["documents"])


def key_of(name: str) -> str:
    """What the incident of a file is about."""
    return f"file:{name}"


def tell_damaged(problem: Damaged, context: str = "") -> None:
    """Open or count the incident."""
    kind = Kind.DOCUMENT_MISSING if isinstance(problem, Missing) else Kind.DOCUMENT_ALTERED
    incidents.report(kind=kind, target_key=key_of(problem.name), context=context, detail=str(problem))


def tell_down(problem: StoreDown) -> None:
    """Open or count the incident of the store itself."""
    incidents.report(kind=Kind.STORE_DOWN, target_key=STORE, detail=problem.why)


def _stands(name: str, digest: str) -> bool:
    try:
        content = keeper().fetch(name)
    except Missing:
        return False
    if hashlib.sha256(content).hexdigest() == digest:
        return True
    log.warning("stored document %s was altered and is written anew", name)
    return False
