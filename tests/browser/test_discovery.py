"""Finding partners in a browser: every page of it accessible and within its window, and by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import walk
from tests.browser.conftest import Portal, Stages
from tests.browser.look import (
    EVERYTHING,
    STICKS_OUT,
    Noise,
    faults,
    press_tab_until,
    sign_in,
    tab_through,
    violations,
    window,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCAL = "focal@hauts-de-bienne.example"
NEED = "Roads and winter service"
BOXES = "ul.rows > li[data-code] input[type=checkbox]"


@pytest.fixture(scope="module")
def needs(stages: Stages) -> Portal:
    """The demo before anybody is chosen."""
    return stages.at("needs")


@pytest.fixture(scope="module")
def talks(stages: Stages) -> Portal:
    """The demo with partners chosen, the others set aside."""
    return stages.at("informal")


@pytest.fixture(scope="module")
def case(needs: Portal) -> str:
    """The address of a case that stands before the choice of partners."""
    page = window(needs)
    sign_in(page, FOCAL)
    page.goto("/needs/")
    page.get_by_role("link", name=NEED).first.click()
    page.get_by_role("link", name="Open a case").first.click()
    page.get_by_label("Title").fill("Roads in winter")
    page.get_by_label("a new service is required").check()
    page.get_by_role("button", name="Open the case").click()
    page.get_by_role("link", name="Agree on the areas").first.click()
    page.get_by_role("button", name="Take into the talks").click()
    page.get_by_role("link", name="Choose partners").first.click()
    page.wait_for_url(re.compile("/partners/$"))
    address = page.url.removeprefix(needs.address).removesuffix("partners/")
    page.context.close()
    return address


def keys_of(page: Page, case: str) -> list[str]:
    """Candidates in the order of the ranking."""
    page.goto(f"{case}partners/")
    return [str(box.get_attribute("value")) for box in page.locator(BOXES).all()]


def test_the_pages_of_finding_partners_are_accessible_fit_and_are_quiet(needs: Portal, case: str) -> None:
    page = window(needs)
    sign_in(page, FOCAL)
    keys = keys_of(page, case)
    paths = ["partners/", "partners/?max_km=9&offer=on", "partners/?max_km=0.1", f"partners/{keys[0]}/"]
    paths += ["partners/compare/", *(compared(keys[:count]) for count in (2, 4))]
    paths += ["partners/weights/", "groups/", "funding/"]
    noise = Noise(needs.address)
    noise.listen(page)
    wrong = {path: found for path in paths if (found := faults(page, case + path, noise))}
    page.context.close()
    assert wrong == {}


def compared(keys: list[str]) -> str:
    """The address of these side by side."""
    return "partners/compare/?" + "&".join(f"with={key}" for key in keys)


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_an_opened_row_and_filters_are_accessible_and_fit(needs: Portal, case: str, width: int) -> None:
    page = window(needs, viewport={"width": width, "height": 900})
    sign_in(page, FOCAL)
    page.goto(f"{case}partners/")
    page.locator("summary", has_text="Filters").click()
    row = page.locator("ul.rows > li[data-code]").first
    row.locator("summary").click()
    expect(row).to_contain_text("What would change this")
    assert violations(page, EVERYTHING, f"{width}") == []
    assert page.evaluate(STICKS_OUT) == []
    page.context.close()


def test_filters_that_cannot_be_understood_are_said_where_they_stand(needs: Portal, case: str) -> None:
    page = window(needs)
    sign_in(page, FOCAL)
    page.goto(f"{case}partners/?size_from=5000&size_to=10")
    expect(page.locator("#main")).to_contain_text("This is less than the least size.")
    expect(page.get_by_label("Inhabitants up to")).to_have_value("10")
    assert violations(page, EVERYTHING, "with errors") == []
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_tab_goes_through_finding_partners_in_its_order(needs: Portal, case: str, width: int) -> None:
    page = window(needs, viewport={"width": width, "height": 900})
    sign_in(page, FOCAL)
    keys = keys_of(page, case)
    wrong = {}
    for path in (f"partners/{keys[0]}/", compared(keys[:4]), "partners/weights/", "groups/"):
        page.goto(case + path)
        wrong[path] = tab_through(page)
    page.context.close()
    assert {path: found for path, found in wrong.items() if found} == {}


def test_the_demo_offers_a_group_that_reaches_a_funding_call(needs: Portal, case: str) -> None:
    page = window(needs)
    sign_in(page, FOCAL)
    page.goto(f"{case}groups/")
    expect(page.locator("#main")).to_contain_text("There is no such group")
    goal = page.get_by_label("What the group is to reach")
    call = goal.locator("option", has_text="Roads kept open together in winter")
    goal.select_option(value=call.get_attribute("value"))
    page.get_by_role("button", name="Show groups").click()
    first = page.locator("li.group").first
    expect(first).to_contain_text("inhabitants of 12,000")
    expect(first.get_by_role("link", name="Roads kept open together in winter")).to_be_visible()
    noise = Noise(needs.address)
    noise.listen(page)
    assert faults(page, page.url.removeprefix(needs.address), noise) == []
    page.context.close()


def test_partners_are_compared_and_chosen_by_keyboard_alone(needs: Portal, case: str) -> None:
    page = window(needs)
    sign_in(page, FOCAL)
    first, second = keys_of(page, case)[:2]
    for key in (first, second):
        press_tab_until(page, f"{BOXES}[value='{key}']")
        page.keyboard.press("Space")
    press_tab_until(page, ".tray button:not([formaction])")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/compare/"))
    expect(page.locator(".compare-table thead th")).to_have_count(3)
    page.go_back()
    page.goto(f"{case}partners/")
    press_tab_until(page, f"{BOXES}[value='{first}']")
    page.keyboard.press("Space")
    press_tab_until(page, ".tray button[formaction]")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("1 municipality is chosen.")
    page.context.close()


def test_choosing_weighing_and_groups_work_without_script(needs: Portal, case: str) -> None:
    page = window(needs, java_script_enabled=False)
    sign_in(page, FOCAL)
    page.goto(f"{case}partners/weights/")
    page.get_by_label("Proximity").fill("40")
    page.get_by_label("Reason").fill("Drivers lose the morning on the road.")
    page.get_by_role("button", name="Rank with these weights").click()
    page.goto(f"{case}partners/weights/")
    expect(page.locator("#main")).to_contain_text("Drivers lose the morning on the road.")
    page.goto(f"{case}partners/?max_km=9")
    rows = page.locator("ul.rows > li[data-code]")
    assert 0 < rows.count() < 20
    rows.filter(has_not_text="selected").locator("input[type=checkbox]").first.check()
    page.get_by_role("button", name="Choose the ticked").click()
    expect(page.locator("#main")).to_contain_text("1 municipality is chosen.")
    assert "max_km=9" in page.url
    page.goto(f"{case}groups/")
    page.get_by_role("button", name="Show groups").click()
    expect(page.locator("li.group").first).to_contain_text("inhabitants of 25,000")
    page.context.close()


def test_a_kept_ranking_and_private_questions_are_accessible_and_fit(talks: Portal) -> None:
    page = window(talks)
    sign_in(page, FOCAL)
    found = walk.reachable(page, ["/cases/", "/private-interest/"])
    kinds = ("/cases/*/rankings/*/", "/private-interest/questions/*/", "/private-interest/ask/")
    assert not set(kinds) - found.keys(), sorted(found)
    noise = Noise(talks.address)
    noise.listen(page)
    assert {kind: wrong for kind in kinds if (wrong := faults(page, found[kind], noise))} == {}
    page.context.close()


def test_offers_and_their_interest_are_accessible_and_fit(talks: Portal) -> None:
    page = window(talks)
    sign_in(page, FOCAL)
    paths = ["/exchange/add/", "/exchange/?whose=ours", "/exchange/?q=nothing-like-this"]
    for title in ("A driver for the night round in winter", "A salt store with room"):
        page.goto("/exchange/")
        paths.append(str(page.get_by_role("link", name=title).first.get_attribute("href")))
    paths.append(f"{paths[-1]}interest/")
    noise = Noise(talks.address)
    noise.listen(page)
    assert {path: wrong for path in paths if (wrong := faults(page, path, noise))} == {}
    page.context.close()


def test_interest_is_answered_and_a_private_question_too(talks: Portal) -> None:
    page = window(talks)
    sign_in(page, FOCAL)
    page.goto("/exchange/")
    page.get_by_role("link", name="A driver for the night round in winter").first.click()
    page.get_by_label("Reply").fill("Come on Tuesday.")
    page.get_by_role("button", name="Let us talk").click()
    expect(page.locator("#main")).to_contain_text("Your answer is sent to Saint-Claude.")
    page.goto("/private-interest/")
    page.locator("a[href*='/questions/']").first.click()
    page.get_by_label("Morbier").check()
    page.get_by_role("button", name="Keep our answer").click()
    page.goto("/private-interest/")
    expect(page.get_by_role("heading", name="Both sides said yes")).to_be_visible()
    assert violations(page, EVERYTHING, "both said yes") == []
    page.context.close()
