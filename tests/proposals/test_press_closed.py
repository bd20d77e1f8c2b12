"""Nothing comes in from outside: only the pictures handed over, whatever address stands anywhere."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from weasyprint.urls import FatalURLFetchingError

from proposals.documents import engine, typesetter
from proposals.models import ProposalVersion
from tests.proposals import sheets
from tests.proposals.test_hostile import flood

pytestmark = pytest.mark.slow
SECRET = "SECRET-OF-THE-HOUSE"


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A secret file, and a server that counts who asks, also by way of a redirect."""
    (tmp_path / "secret.txt").write_text(SECRET)
    asked: list[str] = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", (tmp_path / "secret.txt").as_uri())
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {
        "file": (tmp_path / "secret.txt").as_uri(),
        "path": str(tmp_path / "secret.txt"),
        "http": f"http://127.0.0.1:{server.server_port}/x.png",
        "ftp": "ftp://127.0.0.1/x.png",
        "data": "data:text/plain;base64,U0VDUkVULU9GLVRIRS1IT1VTRQ==",
        "unknown": "asset:other.svg",
        "relative": "secret.txt",
    }
    server.shutdown()
    server.server_close()
    assert not asked


DOORS = {
    "picture": '<img src="{0}" alt="A picture">',
    "style": '<link rel="stylesheet" href="{0}">',
    "import": '<style>@import "{0}";</style>',
    "background": "<p style=\"background: url('{0}')\">x</p>",
    "font": '<style>@font-face {{ font-family: x; src: url("{0}") }} p {{ font-family: x }}</style><p>x</p>',
    "object": '<object data="{0}">x</object>',
    "embed": '<embed src="{0}">',
    "attachment": '<link rel="attachment" href="{0}">',
    "link to attach": '<a rel="attachment" href="{0}">x</a>',
    "content": "<style>p::before {{ content: url('{0}') }}</style><p>x</p>",
    "list": "<ul style=\"list-style-image: url('{0}')\"><li>x</li></ul>",
    "drawing": '<svg xmlns="http://www.w3.org/2000/svg"><title>t</title><image href="{0}"/></svg>',
    "use": '<svg xmlns="http://www.w3.org/2000/svg"><title>t</title><use href="{0}#a"/></svg>',
}


@pytest.mark.parametrize("door", DOORS)
def test_no_address_is_followed(door: str, outside: dict[str, str]) -> None:
    for kind, address in outside.items():
        body = DOORS[door].format(address)
        try:
            pdf = engine.make_pdf(sheets.page(body, head=f"<title>t</title>{body}"), {})
        except engine.Unprintable:
            continue
        assert SECRET not in sheets.words_of(pdf), kind
        with sheets.opened(pdf) as opened:
            assert not list(opened.attachments), kind


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_addresses_in_users_words_are_words(door: str, outside: dict[str, str]) -> None:
    version = sheets.make_version(recipients=1)
    flood(version, DOORS[door].format(outside["file"]))
    paper = sheets.paper_of(ProposalVersion.objects.get(pk=version.pk))
    pdf = engine.print_paper(paper)
    assert SECRET not in sheets.words_of(pdf)
    with sheets.opened(pdf) as opened:
        assert list(opened.attachments) == ["proposal-data.json"]
        assert SECRET.encode() not in opened.attachments["proposal-data.json"].get_file().read_bytes()


def test_the_door_itself_opens_to_names_alone() -> None:
    fetcher = typesetter.Fetcher({"map.svg": "<svg/>"})
    assert fetcher.fetch("asset:map.svg").read() == b"<svg/>"
    for address in ("map.svg", "asset:", "asset:../map.svg", "ASSET:map.svg", "file:///etc/passwd", ""):
        with pytest.raises(FatalURLFetchingError):
            fetcher.fetch(address)
