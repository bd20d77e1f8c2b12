"""Every kind of page, for each who sees it: accessible, within its window, quiet, and by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import mail, walk
from tests.browser.conftest import PASSWORD, Portal, Stages
from tests.browser.kinds import FOCAL, PLACES, personal_link, wrong_pages
from tests.browser.look import (
    EVERYTHING,
    Noise,
    faults,
    press_tab_until,
    sign_in,
    sign_in_by_door,
    tab_through,
    violations,
    window,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Who walks, and the fewest kinds of pages they must find; other stages: test_pages_later.py.
WALKS = [(FOCAL, 35), ("focal@morbier.example", 15), ("observer@region.example", 8), ("link", 3)]


@pytest.fixture(scope="module")
def talks(stages: Stages) -> Portal:
    """The demo with an informal meeting called, its papers sent and its questions open."""
    return stages.at("informal")


@pytest.fixture(scope="module")
def places(talks: Portal) -> dict[str, str]:
    """An address of each kind of page that the focal point comes to."""
    page = window(talks)
    sign_in(page, FOCAL)
    found = walk.reachable(page, PLACES)
    page.context.close()
    return found


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Kinds of pages looked at so far."""
    return set()


@pytest.mark.parametrize(("who", "least"), WALKS)
def test_every_kind_of_page_is_accessible_fits_and_is_quiet(
    talks: Portal, seen: set[str], who: str, least: int
) -> None:
    assert wrong_pages(talks, seen, who, least) == {}


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("de", "ltr")])
def test_pages_behind_a_link_are_accessible_in_other_languages_and_directions(
    talks: Portal, language: str, direction: str
) -> None:
    page = window(talks)
    link = personal_link(talks)
    page.goto(link)
    page.locator(f"button[name=language][value={language}]").click()
    page.wait_for_selector(f"html[lang={language}][dir={direction}]")
    noise = Noise(talks.address)
    noise.listen(page)
    paths = [link, f"{link}questions/1/", f"{link}reply/?reply=coming"]
    wrong = {path: found for path in paths if (found := faults(page, path, noise))}
    page.context.close()
    assert wrong == {}


# --- by keyboard ------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 390])
def test_tab_goes_through_the_pages_in_their_order_and_shows_where_it_is(
    talks: Portal, places: dict[str, str], width: int
) -> None:
    page = window(talks, viewport={"width": width, "height": 900})
    link = personal_link(talks)
    paths = [link, f"{link}questions/1/", f"{link}reply/?reply=coming"]
    wrong = {path: tab_through(page) for path in paths if not page.goto(path) or True}
    sign_in(page, FOCAL)
    for kind in ("/", "/cases/*/", "/cases/*/partners/", "/meetings/cases/*/answers/*/#/", "/needs/add/"):
        page.goto(places[kind])
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
    sign_in_by_door(page, "focal@morbier.example")
    page.goto("/accounts/logout/")
    page.locator("main form button[type=submit]").click()
    link = mail.wait_for(talks.var / "mailbox", "mairie@longchaumois.example").link
    page.goto(link)
    page.locator("a[href*='reply=not_coming']").click()
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".notice.tone-done").last).to_contain_text("Longchaumois")
    page.goto(f"{link}questions/5/")
    for value in ("unknown", "none"):
        for radio in page.locator(f"input[type=radio][name$=-choice][value={value}]").all():
            radio.check()
    page.locator("textarea[name$=-text]").first.fill("The department pays for half a plough.")
    page.locator("main form button[name=then]").first.click()
    page.goto(f"{link}questions/5/")
    expect(page.locator("textarea[name$=-text]").first).to_have_value(
        "The department pays for half a plough."
    )
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
def test_choices_offer_no_empty_choice(talks: Portal, places: dict[str, str], path: str) -> None:
    page = window(talks)
    sign_in(page, FOCAL)
    page.goto(places[path])
    assert page.locator("input[type=radio]").count() > 1
    assert page.locator("input[type=radio][value='']").count() == 0
    page.context.close()
