"""Find one page of every kind that somebody can reach by links."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
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


#: Addresses that answer with no page: their name ends like a file's, or they lead to a part of a letter.
FILE = re.compile(r"\.\w+$|/(attachments|files)/\d+/$")
#: Opens an address; returns the status and the source of the page.
Visit = Callable[[str], tuple[int, str]]


def reachable(
    page: Page, start: Iterable[str], *, inside: str = "/", visit: Visit | None = None
) -> dict[str, str]:
    """Kind to address of each HTML page that links lead to; every one answers without an error.

    Pages are only fetched, unless somebody wants to `visit` them.
    """
    todo, seen, pages = [(path, "the start") for path in start], set[str](), {}
    while todo:
        path, source = todo.pop(0)
        if kind(path) in seen or path.startswith(FOREIGN) or not path.startswith(inside):
            continue
        seen.add(kind(path))
        is_file = bool(FILE.search(urlsplit(path).path))
        status, text = visit(path) if visit and not is_file else fetch(page, path, html=not is_file)
        assert status < 400, f"{source} links to {path}: {status}"
        if not is_file:
            pages[kind(path)] = path
            todo += [(link, path) for link in _links(text, path)]
    return pages


def fetch(page: Page, path: str, *, html: bool = True) -> tuple[int, str]:
    """What the server answers the person of this window, nothing opened; of a file the status alone."""
    answer = page.request.get(path)
    assert html == ("text/html" in answer.headers["content-type"]), (path, answer.headers)
    return answer.status, answer.text() if html else ""


def _links(source: str, path: str) -> list[str]:
    found = re.findall(r'<a\b[^>]*?\shref="([^"#]+)', source)
    here = [urlsplit(urljoin(path, html.unescape(address))) for address in found]
    return [one.path + (f"?{one.query}" if one.query else "") for one in here if not one.netloc]
