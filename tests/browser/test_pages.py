"""Every kind of page, for each who sees it: accessible, within its window, quiet, and by keyboard alone."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests.browser import mail, walk
from tests.browser.conftest import PASSWORD, Portal, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCAL = "focal@hauts-de-bienne.example"
LEAD = "mayor@hauts-de-bienne.example"
WITHOUT_ACCOUNT = "mairie@les-rousses.example"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Every rule, and those that colours decide.
EVERYTHING = {"runOnly": TAGS, "resultTypes": ["violations"]}
COLOURS = EVERYTHING | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
#: Pages to begin with, beside the home page; the municipality has people, the need is not yet a case.
PLACES = ["/", "/needs/", "/register/?q=forest", "/partners/FR/39367/", "/demo/mailbox/", "/profile/"]
FOR_ANYBODY = ("/accounts/login/", "/accounts/password/reset/", "/p/unknown/", "/no/")
#: Who walks, at which stage, and the fewest kinds of pages they must find.
WALKS = [
    ("informal", FOCAL, 35),
    ("informal", "focal@morbier.example", 15),
    ("informal", "observer@region.example", 8),
    ("informal", "link", 3),
    ("proposed", LEAD, 25),
    ("formal", FOCAL, 30),
    ("handed_over", LEAD, 30),
    ("handed_over", "curator@portal.example", 8),
    ("handed_over", "nobody", 2),
]
#: Pages that look alike at every stage and for everybody: looked at once.
ALIKE = ("/accounts/", "/profile/", "/needs/", "/register/", "/partners/", "/demo/")
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


class Stages:
    """Running demos by stage, each started when it is first needed."""

    def __init__(self, stack: ExitStack, browser: Browser) -> None:
        self._stack, self._browser = stack, browser
        self._running: dict[str, Portal] = {}

    def at(self, stage: str) -> Portal:
        """The demo at this stage."""
        if stage not in self._running:
            self._running[stage] = self._stack.enter_context(running_demo(stage, self._browser))
        return self._running[stage]


@pytest.fixture(scope="module")
def stages(chromium: Browser) -> Iterator[Stages]:
    """Demos of this module; stopped at its end."""
    with ExitStack() as stack:
        yield Stages(stack, chromium)


@pytest.fixture(scope="module")
def talks(stages: Stages) -> Portal:
    """The demo with an informal meeting called, its papers sent and its questions open."""
    return stages.at("informal")


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Kinds of pages looked at so far."""
    return set()


def window(portal: Portal, **more: Any) -> Page:
    """A window without motion: colours on their way would be measured halfway."""
    context = portal.browser.new_context(
        **{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"} | more,
        base_url=portal.address,
    )
    context.set_default_timeout(20_000)
    return context.new_page()


def sign_in(page: Page, email: str) -> None:
    """The front door."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good day")


def personal_link(portal: Portal) -> str:
    """The way in of a mayor without an account, out of the mail."""
    return mail.wait_for(portal.var / "mailbox", WITHOUT_ACCOUNT).link


def pages_of(portal: Portal, page: Page, who: str) -> dict[str, str]:
    """One address of each kind for this person."""
    if who == "link":
        link = personal_link(portal)
        return walk.reachable(page, [link, f"{link}reply/?reply=other_time"], inside=link)
    if who == "nobody":
        return {
            path: path for path in ("/accounts/login/", "/accounts/password/reset/", "/p/unknown/", "/no/")
        }
    sign_in(page, who)
    found = walk.reachable(page, PLACES + (["/style/"] if "curator" in who else []))
    return {kind: path for kind, path in found.items() if not kind.startswith("/p/")}


@pytest.mark.parametrize(("stage", "who", "least"), WALKS)
def test_every_kind_of_page_is_accessible_fits_and_is_quiet(
    stages: Stages, seen: set[str], stage: str, who: str, least: int
) -> None:
    portal = stages.at(stage)
    page = window(portal)
    kinds = pages_of(portal, page, who)
    assert len(kinds) >= least, sorted(kinds)
    noise = Noise(portal.address)
    noise.listen(page)
    fresh = [path for kind, path in kinds.items() if not (kind in seen and kind.startswith(ALIKE))]
    wrong = {path: found for path in fresh if (found := faults(page, path, noise))}
    seen |= kinds.keys()
    page.context.close()
    assert wrong == {}


def test_the_open_desk_of_the_proposal_is_accessible_fits_and_is_quiet(stages: Stages) -> None:
    portal = stages.at("contacted")
    page = window(portal)
    sign_in(page, FOCAL)
    page.goto("/cases/")
    page.get_by_role("link", name="Shared winter service in the Haut-Jura").click()
    page.get_by_role("button", name="Draft the proposal").click()
    page.wait_for_url(re.compile("/proposals/"))
    annex = page.locator("main a[href*='/annexes/']").first.get_attribute("href")
    assert annex
    noise = Noise(portal.address)
    noise.listen(page)
    assert {path: found for path in (page.url, annex) if (found := faults(page, path, noise))} == {}
    page.context.close()


def faults(page: Page, path: str, noise: Noise) -> list[str]:
    """What is wrong with one page."""
    noise.heard.clear()
    found = []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(path)
    if page.locator("h1").count() != 1 or not page.title().split(" · ")[0].strip():
        found.append(f"one main heading and a title: {page.title()!r}")
    for width, scheme in itertools.product((1280, 390), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # the two words it knows
        found += violations(page, EVERYTHING if scheme == "light" else COLOURS, f"{width} {scheme}")
    page.emulate_media(color_scheme="light")
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"sticks out at {width}: {element}" for element in page.evaluate(STICKS_OUT)]
    expected = re.compile(r"status of 404") if path in ("/p/unknown/", "/no/") else None
    return found + [words for words in noise.heard if not (expected and expected.search(words))]


def violations(page: Page, options: dict[str, Any], where: str) -> list[str]:
    """What axe finds, one line per rule."""
    found = Axe().run(page, options=options).response["violations"]
    return [f"{where} {one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found]


# --- by keyboard ------------------------------------------------------------------------

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
    covered: [0.5, 0.15, 0.85].every(part => {
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * part);
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


@pytest.mark.parametrize("width", [1280, 390])
def test_tab_goes_through_the_pages_in_their_order_and_shows_where_it_is(talks: Portal, width: int) -> None:
    page = window(talks, viewport={"width": width, "height": 900})
    link = personal_link(talks)
    paths = [link, f"{link}questions/1/", f"{link}reply/?reply=coming"]
    wrong = {path: tab_through(page) for path in paths if not page.goto(path) or True}
    sign_in(page, FOCAL)
    found = walk.reachable(page, PLACES)
    for kind in ("/", "/cases/*/", "/cases/*/partners/", "/meetings/cases/*/answers/*/#/", "/needs/add/"):
        page.goto(found[kind])
        wrong[kind] = tab_through(page)
    page.context.close()
    assert {path: faults for path, faults in wrong.items() if faults} == {}


def test_the_skip_link_leads_past_the_navigation(talks: Portal) -> None:
    page = window(talks)
    sign_in(page, FOCAL)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.context.close()


def press_tab_until(page: Page, selector: str) -> None:
    """Move the focus on until it stands on this."""
    for _step in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector} on {page.url}")


def test_a_recipient_replies_and_answers_by_keyboard_alone(talks: Portal) -> None:
    page = window(talks)
    link = personal_link(talks)
    page.goto(link)
    press_tab_until(page, "a[href*='reply=coming']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/reply/"))
    press_tab_until(page, "input[name$=delegate_name]")
    page.keyboard.type("Jeanne Modèle")
    press_tab_until(page, "select[name$=delegate_office]")
    page.keyboard.type("ma")
    press_tab_until(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("Jeanne Modèle")
    page.goto(f"{link}questions/1/")
    press_tab_until(page, "input[type=radio][name$=-choice]")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("input[type=radio][name$=-choice]:checked").first.get_attribute("value")
    press_tab_until(page, "main form button[name=then]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/questions/2/"))
    page.goto(f"{link}questions/1/")
    expect(page.locator(f"input[type=radio][name$=-choice][value='{chosen}']").first).to_be_checked()
    page.context.close()


def test_a_focal_point_signs_in_and_comes_to_the_next_act_by_keyboard_alone(talks: Portal) -> None:
    page = window(talks)
    page.goto("/accounts/login/")
    press_tab_until(page, "input[name=login]")
    page.keyboard.type(FOCAL)
    press_tab_until(page, "input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good day")
    press_tab_until(page, "main a[href^='/cases/']:not([href='/cases/'])")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+/$"))
    press_tab_until(page, ".page-header-action a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/delivery/"))
    expect(page.locator("#main")).to_contain_text("Les Rousses")
    page.context.close()


# --- without script ---------------------------------------------------------------------


def test_signing_in_replying_and_answering_work_without_script(talks: Portal) -> None:
    page = window(talks, java_script_enabled=False)
    sign_in(page, "focal@morbier.example")
    page.goto("/accounts/logout/")
    page.locator("main form button[type=submit]").click()
    link = mail.wait_for(talks.var / "mailbox", "mairie@longchaumois.example").link
    page.goto(link)
    page.locator("a[href*='reply=not_coming']").click()
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".notice.tone-done").last).to_contain_text("Longchaumois")
    page.goto(f"{link}questions/5/")
    page.locator("textarea[name$=-text]").fill("The department pays for half a plough.")
    page.locator("main form button[name=then]").first.click()
    page.goto(f"{link}questions/5/")
    expect(page.locator("textarea[name$=-text]")).to_have_value("The department pays for half a plough.")
    page.context.close()


# --- forms ------------------------------------------------------------------------------


def test_a_need_with_a_wrong_number_keeps_what_was_typed(talks: Portal) -> None:
    page = window(talks)
    sign_in(page, FOCAL)
    page.goto("/needs/add/")
    page.get_by_label("Function").select_option("SAF-POL")
    page.get_by_label("3 – serious").check()
    page.get_by_label("not enough staff").check()
    page.get_by_label("What is the need").fill("None at night.")
    page.get_by_label("What it costs today").fill("a lot")
    page.get_by_role("button", name="Record the need").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_visible()
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.closest('.has-error') !== null")
    expect(page.get_by_label("Function")).to_have_value("SAF-POL")
    expect(page.get_by_label("3 – serious")).to_be_checked()
    expect(page.get_by_label("not enough staff")).to_be_checked()
    expect(page.get_by_label("What is the need")).to_have_value("None at night.")
    expect(page.get_by_label("What it costs today")).to_have_value("a lot")
    assert violations(page, EVERYTHING, "with errors") == []
    page.context.close()


def test_a_contact_with_a_wrong_address_keeps_what_was_typed(talks: Portal) -> None:
    page = window(talks)
    sign_in(page, FOCAL)
    page.goto("/partners/FR/39470/contacts/add/")
    page.locator("input[name=name]").fill("Ada Essai (fictitious)")
    page.locator("input[name=email]").fill("ada at les-rousses")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("input[name=name]")).to_have_value("Ada Essai (fictitious)")
    expect(page.locator("input[name=email]")).to_have_value("ada at les-rousses")
    assert violations(page, EVERYTHING, "with errors") == []
    page.context.close()


@pytest.mark.parametrize("path", ["/cases/*/contacts/*/log/", "/needs/*/open-case/", "/cases/*/areas/add/"])
def test_choices_offer_no_empty_choice(talks: Portal, path: str) -> None:
    page = window(talks)
    sign_in(page, FOCAL)
    page.goto(walk.reachable(page, PLACES)[path])
    assert page.locator("input[type=radio]").count() > 1
    assert page.locator("input[type=radio][value='']").count() == 0
    page.context.close()
