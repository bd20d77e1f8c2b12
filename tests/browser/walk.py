"""Find one page of every kind that somebody can reach by links."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page

#: What differs between pages of one kind.
NAMES = (
    (r"[0-9a-f]{8}-[0-9a-f-]{27}", "*"),
    (r"^/p/[\w-]{20,}/", "/p/*/"),
    (r"^/demo/mailbox/[^/]+/", "/demo/mailbox/*/"),
    (r"^/partners/FR/\w+/", "/partners/FR/*/"),
    (r"/\d+/", "/#/"),
)
#: Not ours: made and tested by others. What lies behind a personal link is walked by itself.
FOREIGN = ("/admin/", "/accounts/logout/", "/accounts/login/")


def kind(path: str) -> str:
    """The address with everything that names a single thing taken out."""
    path = urlsplit(path).path
    for pattern, word in NAMES:
        path = re.sub(pattern, word, path)
    return path


def reachable(page: Page, start: Iterable[str], *, inside: str = "/") -> dict[str, str]:
    """Kind to address of each HTML page that links lead to; every one answers without an error."""
    todo, seen, pages = [(path, "the start") for path in start], set[str](), {}
    while todo:
        path, source = todo.pop(0)
        if kind(path) in seen or path.startswith(FOREIGN) or not path.startswith(inside):
            continue
        seen.add(kind(path))
        answer = page.request.get(path)
        assert answer.status < 400, f"{source} links to {path}: {answer.status}"
        if "text/html" in answer.headers["content-type"]:
            pages[kind(path)] = path
            todo += [(link, path) for link in _links(answer.text(), path)]
    return pages


def _links(source: str, path: str) -> list[str]:
    found = re.findall(r'<a\b[^>]*?\shref="([^"#]+)', source)
    here = [urlsplit(urljoin(path, html.unescape(address))) for address in found]
    return [one.path + (f"?{one.query}" if one.query else "") for one in here if not one.netloc]
