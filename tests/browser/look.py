"""How a page is looked at: by axe, at narrow widths, for what it says aside, and by keyboard alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect

from tests.browser import shapes
from tests.browser.conftest import PASSWORD, Portal

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]
#: Every rule; those that colours decide, which cost most; and all the others.
EVERYTHING = {"runOnly": TAGS, "resultTypes": ["violations"]}
COLOURS = EVERYTHING | {"runOnly": {"type": "rule", "values": OF_COLOUR}}
SHAPES = EVERYTHING | {"rules": {rule: {"enabled": False} for rule in OF_COLOUR}}
#: In what a page is looked at; colours differ by scheme, not by width.
LIGHTS: tuple[tuple[int, Literal["light", "dark"], dict[str, Any]], ...] = (
    (1280, "light", EVERYTHING),
    (1280, "dark", COLOURS),
    (390, "light", SHAPES),
)
#: Widths a page has to fit: a small phone, and a window of 1280 enlarged to 200 %.
NARROW = (320, 640)
#: Elements that stick out, but for what scrolls in a region of its own.
STICKS_OUT = """() => {
  if (document.scrollingElement.scrollWidth <= window.innerWidth) return [];
  const out = e => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest('.table-wrap');
  return [...document.querySelectorAll('body *')].filter(out).slice(-3).map(e => e.outerHTML.slice(0, 160));
}"""


@dataclass
class Noise:
    """What a page says in the console, and what it asks of others."""

    address: str
    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Hear everything this window does from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.heard.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if request.url.startswith("http") and not request.url.startswith(self.address):
            self.heard.append(f"asked {request.url}")


def window(portal: Portal, **more: Any) -> Page:
    """A window without motion: colours on their way would be measured halfway."""
    context = portal.browser.new_context(
        **{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"} | more,
        base_url=portal.address,
    )
    context.set_default_timeout(20_000)
    return context.new_page()


#: What says who somebody is, by portal and person: the front door takes a second, and has tests of its own.
_SESSIONS: dict[tuple[str, str], list[Any]] = {}


def sign_in(page: Page, email: str) -> None:
    """Come to the home page as this person: by the front door, or with the session of an earlier window."""
    portal = page.request.get("/healthz").url
    if (portal, email) in _SESSIONS:
        page.context.add_cookies(_SESSIONS[portal, email])
        page.goto("/")
    if not page.url.startswith("http") or "/accounts/" in page.url:
        sign_in_by_door(page, email)
        ours = [cookie for cookie in page.context.cookies() if cookie["name"] == "session"]
        _SESSIONS[portal, email] = ours
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good day")


def sign_in_by_door(page: Page, email: str) -> None:
    """The front door."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good day")


def faults(page: Page, path: str, noise: Noise, *, known: bool = False) -> list[str]:
    """What is wrong with one page; axe has looked at a kind that is `known` from elsewhere already."""
    arrive(page, path, noise)
    return faults_here(page, path, noise, known=known)


def arrive(page: Page, path: str, noise: Noise) -> Response:
    """Open a page in a wide window; noise is what it makes from now on."""
    noise.heard.clear()
    page.set_viewport_size({"width": 1280, "height": 900})
    answer = page.goto(path)
    assert answer is not None
    return answer


def faults_here(page: Page, path: str, noise: Noise, *, known: bool = False) -> list[str]:
    """What is wrong with the page at which a window has just arrived."""
    found = []
    if page.locator("h1").count() != 1 or not page.title().split(" · ")[0].strip():
        found.append(f"one main heading and a title: {page.title()!r}")
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"sticks out at {width}: {element}" for element in page.evaluate(STICKS_OUT)]
    found += [] if known else _seen_by_axe(page)
    expected = re.compile(r"status of 404") if path in ("/p/unknown/", "/no/") else None
    return found + [words for words in noise.heard if not (expected and expected.search(words))]


def _seen_by_axe(page: Page) -> list[str]:
    """What axe finds in each light, unless it has looked at a page of this very shape; shortens lists."""
    shape = shapes.of(page)
    if shapes.is_known(shape):
        return []
    found = []
    for width, scheme, options in LIGHTS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found += violations(page, options, f"{width} {scheme}")
    page.emulate_media(color_scheme="light")
    if not found:
        shapes.remember(shape)
    return found


def violations(page: Page, options: dict[str, Any], where: str) -> list[str]:
    """What axe finds, one line per rule."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    # Only what is wrong travels: all that is right is a hundred times as much.
    found = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [f"{where} {one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found]


FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  window.stops = window.stops || [];
  const again = window.stops.includes(e);
  window.stops.push(e);
  const before = again ? null : window.stops.at(-2);
  return {
    what: e.outerHTML.slice(0, 120), again, skips: e.matches("a.skip[href='#main']"),
    ring: style.outlineStyle === 'none' && !e.matches('svg *') ? 0 : parseFloat(style.outlineWidth) || 3,
    shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
      && box.top < window.innerHeight && box.left < window.innerWidth,
    // Of what is taller than the window, the part that can be seen.
    covered: [0.5, 0.15, 0.85].every(part => {
      const from = Math.max(box.top, 0), seen = Math.min(box.bottom, window.innerHeight) - from;
      const top = document.elementFromPoint(box.left + box.width / 2, from + seen * part);
      return !top || !(e.contains(top) || top.contains(e) || top.closest('label'));
    }),
    inOrder: !before || Boolean(before.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""


def tab_through(page: Page) -> list[str]:
    """Press Tab until the page has been gone through once; what is wrong on the way."""
    wrong: list[str] = []
    for number in range(400):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None or stop["again"]:
            return wrong if number > 3 else [*wrong, "nothing takes the focus"]
        for fault in ("shown", "inOrder"):
            wrong += [] if stop[fault] else [f"not {fault}: {stop['what']}"]
        wrong += [f"no ring: {stop['what']}"] if stop["ring"] < 2 else []
        wrong += [f"covered: {stop['what']}"] if stop["covered"] else []
        if number == 0 and not stop["skips"]:
            wrong.append("the way past the navigation does not come first")
    return [*wrong, "the focus never leaves the page"]


def press_tab_until(page: Page, selector: str) -> None:
    """Move the focus on until it stands on this."""
    for _step in range(120):
        # A page on its way in takes no key: nothing has the focus until its body stands.
        page.wait_for_load_state()
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector} on {page.url}")
