"""The ZIP: files, a list of them in words, and their checksums. The same content gives the same bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

INDEX = "INDEX.txt"
SUMS = "SHA256SUMS"


def as_json(facts: Mapping[str, Any]) -> bytes:
    """UTF-8, readable, keys in the order of the chain."""
    return (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode()


def pack(title: str, files: Mapping[str, bytes], now: dt.datetime) -> bytes:
    """One ZIP with INDEX.txt and SHA256SUMS, which `sha256sum -c` understands."""
    listed = {INDEX: _index(title, files, now), **files}
    listed[SUMS] = sums(listed)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in listed.items():
            entry = zipfile.ZipInfo(name, date_time=now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def sums(files: Mapping[str, bytes]) -> bytes:
    """Lines of checksum and name."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    return "".join(lines).encode()


def _index(title: str, files: Mapping[str, bytes], now: dt.datetime) -> bytes:
    words = {
        "case.pdf": _("the case, to read"),
        "case.json": _("the same facts as data (UTF-8, JSON)"),
    }
    lines = [
        title,
        _("Hand-over for the legal check and the feasibility study, made on %(day)s.")
        % {"day": now.date().isoformat()},
        "",
        *(f"{name}: {words.get(name, _('a proposal as it was sent'))}" for name in files),
        f"{SUMS}: {_('checksums; verify with: sha256sum -c SHA256SUMS')}",
        "",
    ]
    return "\n".join(lines).encode()
