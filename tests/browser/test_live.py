"""The live record in a browser: by keyboard alone, and through a lost connection."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal, Stages
from tests.browser.look import Noise, faults, sign_in, window

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FOCAL = "focal@hauts-de-bienne.example"
PATIENCE = 30_000


@pytest.fixture(scope="module")
def portal(stages: Stages) -> Portal:
    """The demo with a formal meeting that is called."""
    return stages.at("formal")


@pytest.fixture
def page(portal: Portal) -> Iterator[Page]:
    """The sheet of the formal meeting, opened by the focal point."""
    page = window(portal)
    sign_in(page, FOCAL)
    page.goto("/meetings/")
    page.locator("main").get_by_role("link", name=re.compile("^Formal meeting")).first.click()
    page.wait_for_url(re.compile(r"/meetings/[0-9a-f-]{36}/$"))
    page.goto(f"{page.url}live/")
    yield page
    page.context.close()


def kept(page: Page, position: int) -> None:
    """Wait until autosave says that the words on an item are kept."""
    line = page.locator(f"#item-{position} [data-kept]")
    expect(line).to_have_attribute("data-state", "kept", timeout=PATIENCE)


def stored(page: Page, position: int) -> str:
    """What the server has, as a page without script shows it."""
    html = page.request.get(page.url.split("#")[0]).text()
    found = re.search(rf'id="text-{position}"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL)
    assert found
    return found.group(1)


def test_an_item_and_a_decision_by_keyboard_alone(page: Page, portal: Portal) -> None:
    noise = Noise(portal.address)
    noise.listen(page)
    keys = page.keyboard
    expect(page.locator("#item-1")).to_be_visible()
    expect(page.locator("#item-2")).to_be_hidden()
    keys.press("n")
    expect(page.locator("#title-2")).to_be_focused()
    keys.press("w")
    keys.type("nobody 1 objects")
    keys.press("F2")
    keys.type("agreed to ask")
    expect(page.locator("#text-2")).to_have_value(
        re.compile(r"^nobody 1 objects\n\d\d:\d\d – agreed to ask$")
    )
    kept(page, 2)
    keys.press("Alt+PageDown")
    expect(page.locator("#text-3")).to_be_focused()
    keys.press("Escape")
    keys.press("1")
    expect(page.locator("#title-1")).to_be_focused()
    keys.press("c")
    expect(page.locator("#item-1 [data-run]")).to_have_text("Stop the clock")
    keys.press("o")
    keys.type("Clear the pass road before seven")
    keys.press("Enter")
    expect(page.locator("#objectives")).to_contain_text("Clear the pass road before seven")
    expect(page.locator("#text-2")).to_have_value(re.compile("agreed to ask$"))
    decide(page)
    assert not faults(page, page.url.split("#")[0].removeprefix(portal.address), noise)


def decide(page: Page) -> None:
    """Seat one municipality, select an area, and let it say yes: without a mouse."""
    sheet = page.url.split("#")[0]
    page.goto(sheet.replace("/live/", "/record/"))
    seat = page.locator("fieldset.seat").first
    seat.get_by_label("present", exact=True).press("Space")
    if not seat.get_by_label("Who came", exact=True).input_value():
        seat.get_by_label("Who came", exact=True).press_sequentially("Jean Perrin")
    seat.get_by_label("Office", exact=True).press("m")
    seat.get_by_label("Mandate", exact=True).press("f")
    page.get_by_role("button", name="Keep who is here").press("Enter")
    expect(page.get_by_text("Who came is recorded.")).to_be_visible()
    page.goto(f"{sheet}#areas")
    areas = page.locator("#areas")
    areas.locator("select").nth(0).press("ArrowDown")
    areas.locator("select").nth(1).press("ArrowDown")
    areas.get_by_role("button", name="Select this area").press("Enter")
    vote = page.locator("#decisions select").first
    vote.press("y")
    page.get_by_role("button", name="Keep the decisions").press("Enter")
    expect(page.get_by_text("The decisions are kept.")).to_be_visible()
    expect(page.locator("#decisions select").first).to_have_value("yes")


def test_not_a_word_is_lost_with_the_connection(page: Page) -> None:
    address = page.url.split("#")[0]
    page.locator(".live-nav a[href='#item-4']").click()
    box = page.locator("#text-4")
    box.focus()
    page.keyboard.type("Before the line broke.")
    kept(page, 4)
    page.context.set_offline(True)
    page.keyboard.type(" While it was down.")
    expect(page.locator("#item-4 [data-kept]")).to_contain_text("not sent yet, kept on this device")
    expect(page.locator(".live-unsent")).to_contain_text("Not sent yet, kept on this device:")
    page.keyboard.press("Alt+PageDown")
    page.keyboard.type("And on the next item.")
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    expect(again.locator("#text-4")).to_have_value("Before the line broke. While it was down.")
    kept(again, 4)
    kept(again, 5)
    assert stored(again, 4) == "Before the line broke. While it was down."
    assert stored(again, 5) == "And on the next item."
    assert not again.evaluate("Object.keys(localStorage).filter(key => key.startsWith('autosave:')).length")
