"""Documents on the local disk or an S3-compatible store: written once, checked on every reading."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages


class Damaged(Exception):
    """A stored document is missing or not what it was; it must never be shown or mailed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The stored document “{name}” is missing or was altered.")


def store(name: str, content: bytes) -> tuple[str, str]:
    """Keep the bytes under a name that contains their checksum; returns (name, SHA-256)."""
    digest = hashlib.sha256(content).hexdigest()
    stem, _dot, suffix = name.rpartition(".")
    full = f"{stem}-{digest[:16]}.{suffix}"
    if not _storage().exists(full):
        full = _storage().save(full, ContentFile(content))
    return full, digest


def read(name: str, *, sha256: str) -> bytes:
    """The bytes, verified; raises Damaged."""
    try:
        with _storage().open(name) as file:
            content = bytes(file.read())
    except (OSError, FileNotFoundError) as error:
        raise Damaged(name) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(name)
    return content


def _storage() -> Storage:
    return storages["documents"]
