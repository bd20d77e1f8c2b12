"""The ZIP: files under safe names, and their checksums. The same content gives the same bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Mapping
from typing import Any

SUMS = "SHA256SUMS"
#: Letters and digits of any script; nothing that climbs, hides or breaks a line of the list of checksums.
SAFE = re.compile(r"[^\W_][\w-]*(\.[\w-]+)*\Z")
LONGEST = 180
#: Names that some systems keep for themselves.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)", re.IGNORECASE)


def as_json(facts: Mapping[str, Any]) -> bytes:
    """UTF-8, readable, keys in the order of the chain."""
    return (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode()


def pack(files: Mapping[str, bytes], now: dt.datetime) -> bytes:
    """One ZIP with SHA256SUMS, which `sha256sum -c` understands; refuses a name that is not safe."""
    listed = {**files, SUMS: sums(files)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in listed.items():
            if not is_safe(name):
                raise ValueError(f"{name!r} is no safe name for a file in a package.")
            entry = zipfile.ZipInfo(name, date_time=now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def is_safe(name: str) -> bool:
    """Whether a name stays inside the folder that it is unpacked to, on every system."""
    parts = name.split("/")
    return (
        len(name) <= LONGEST
        and unicodedata.normalize("NFC", name) == name
        and all(SAFE.match(part) and not RESERVED.match(part) for part in parts)
    )


def sums(files: Mapping[str, bytes]) -> bytes:
    """Lines of checksum and name."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    return "".join(lines).encode()


def unpack(content: bytes) -> dict[str, bytes]:
    """The files of a package by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
