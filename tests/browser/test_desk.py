"""The drafting desk in a browser: two people at one text, the paper beside it, by keyboard and unscripted."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.browser.conftest import Portal, Stages
from tests.browser.look import Noise, faults, press_tab_until, sign_in, sign_in_by_door, tab_through, window

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCAL = "focal@hauts-de-bienne.example"
LEAD = "mayor@hauts-de-bienne.example"
WHY = "textarea[name=why]"
ASKED = "textarea[name=not_asked]"
NEXT = "textarea[name=next_steps]"
#: A busy machine prints slowly; what is usual is two seconds.
PATIENCE = 30_000


@pytest.fixture(scope="module")
def portal(stages: Stages) -> Portal:
    """The demo with partners who are open to talk."""
    return stages.at("contacted")


@pytest.fixture(scope="module")
def desk(portal: Portal) -> str:
    """The address of a draft just begun."""
    page = window(portal)
    sign_in(page, FOCAL)
    page.goto("/cases/")
    page.get_by_role("link", name=re.compile("winter service in the Haut-Jura")).first.click()
    page.get_by_role("button", name="Draft the proposal").click()
    page.wait_for_url(re.compile("/proposals/"))
    address = page.url
    page.context.close()
    return address


@pytest.fixture
def enter(portal: Portal, desk: str) -> Iterator[Callable[..., Page]]:
    """Open the desk as somebody, in a window of their own."""
    opened: list[Page] = []

    def open_for(email: str, **more: object) -> Page:
        page = window(portal, **more)
        opened.append(page)
        sign_in_by_door(page, email)  # a session of its own, as two people at two desks have
        page.goto(desk)
        return page

    yield open_for
    for page in opened:
        page.context.close()


def kept(page: Page) -> None:
    """Wait until autosave says that all is kept."""
    expect(page.locator("form[data-joins] [data-kept]")).to_have_attribute(
        "data-state", "kept", timeout=PATIENCE
    )
    expect(page.locator("form[data-joins] [data-kept]")).to_contain_text("kept", timeout=PATIENCE)


def add_line(page: Page, field: str, words: str, *, first: bool = False) -> None:
    """Write a paragraph of one's own and wait until it is kept."""
    box = page.locator(field)
    box.focus()
    page.keyboard.press("Control+Home" if first else "Control+End")
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/common/" in answer.url):
        page.keyboard.type(f"{words}\n" if first else f"\n{words}")
    kept(page)


def sends(answer: Response, field: str) -> bool:
    """Whether this answers words of the desk among which this field is not held back."""
    words = answer.request.post_data or ""
    return "/common/" in answer.url and not re.search(rf'\bheld(=|"\s+){field}', words)


def test_two_people_write_at_once_and_lose_nothing(enter: Callable[..., Page]) -> None:
    anna, bert = enter(FOCAL), enter(LEAD)
    expect(bert.locator("[data-others]")).to_contain_text("has this text open since")
    add_line(anna, WHY, "A paragraph of the focal point.")
    add_line(bert, WHY, "A paragraph of the lead.", first=True)
    both = re.compile(r"^A paragraph of the lead\.[\s\S]+A paragraph of the focal point\.$")
    expect(bert.locator(WHY)).to_have_value(both)
    expect(bert.locator("[data-told]")).to_contain_text("also wrote here: those words were added")
    anna.reload()
    expect(anna.locator(WHY)).to_have_value(both)


def test_who_types_on_while_the_words_travel_loses_nothing(enter: Callable[..., Page]) -> None:
    anna, bert = enter(FOCAL), enter(LEAD)
    add_line(anna, ASKED, "Added while the other was writing.")

    def slowly(route: Route) -> None:
        bert.wait_for_timeout(1_500)
        route.continue_()

    bert.route("**/common/", slowly, times=1)
    box = bert.locator(ASKED)
    box.focus()
    bert.keyboard.press("Control+Home")
    with bert.expect_request("**/common/"):
        bert.keyboard.type("First half,")
    bert.keyboard.type(" second half.\n")
    whole = re.compile(r"^First half, second half\.\n[\s\S]+Added while the other was writing\.$")
    expect(box).to_have_value(whole, timeout=PATIENCE)
    kept(bert)
    anna.reload()
    expect(anna.locator(ASKED)).to_have_value(whole)


def test_one_passage_changed_by_both_is_shown_twice_until_somebody_chooses(
    enter: Callable[..., Page],
) -> None:
    anna, bert = enter(FOCAL), enter(LEAD)
    with anna.expect_response("**/common/"):
        anna.locator(NEXT).fill("Her way from here.")
    kept(anna)
    with bert.expect_response("**/common/"):
        bert.locator(NEXT).fill("His way from here.")
    box = bert.locator("[data-theirs]")
    expect(box).to_contain_text("Her way from here.")
    expect(bert.locator(NEXT)).to_have_value("His way from here.")
    add_line(bert, WHY, "Kept meanwhile.")
    bert.reload()
    expect(box).to_contain_text("Her way from here.")
    expect(bert.locator(NEXT)).to_have_value("His way from here.")
    anna.reload()
    expect(anna.locator(NEXT)).to_have_value("Her way from here.")
    # Until then the passage is held; what the page sent on its way in may still be under way.
    with bert.expect_response(lambda answer: sends(answer, "next_steps")):
        box.get_by_role("button", name="Keep the text in the field").click()
    kept(bert)
    anna.reload()
    expect(anna.locator(NEXT)).to_have_value("His way from here.")


def test_the_paper_follows_the_words_and_the_choice(enter: Callable[..., Page], tmp_path: Path) -> None:
    page = enter(FOCAL)
    names = page.locator("#paper option").all_inner_texts()
    assert len(names) == 3
    page.locator("#paper").select_option(names[1])
    frame = page.locator(".paper-frames iframe:not([data-next])")
    expect(frame).to_have_attribute("title", f"Paper for {names[1]}, as it stands", timeout=PATIENCE)
    expect(page.locator("[data-as-of]")).to_contain_text("Paper as of")
    before = frame.get_attribute("src")
    assert before
    add_line(page, WHY, "Words that the paper shows soon.")
    expect(frame).not_to_have_attribute("src", before, timeout=PATIENCE)
    shown = str(frame.get_attribute("src")).partition("#")[0]
    pdf = tmp_path / "paper.pdf"
    pdf.write_bytes(page.request.get(shown).body())
    text = subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True, text=True).stdout
    assert "Words that the paper shows soon." in " ".join(text.split())
    page.set_viewport_size({"width": 390, "height": 844})
    expect(frame).to_be_hidden()
    expect(page.locator("[data-open]")).to_be_visible()


def test_an_annex_is_drafted_by_keyboard_alone(enter: Callable[..., Page]) -> None:
    page = enter(FOCAL)
    press_tab_until(page, ".desk-sections li:nth-child(2) a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/annexes/"))
    press_tab_until(page, "textarea[name=opening]")
    page.keyboard.press("Control+End")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    press_tab_until(page, "[data-insert='{net ECO-ROA}']")
    page.keyboard.press("Enter")
    expect(page.locator("textarea[name=opening]")).to_have_value(re.compile(r"\{net ECO-ROA\}"))
    kept(page)
    press_tab_until(page, "form[action$='/suggestions/'] button")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("It stands in the annex now")
    press_tab_until(page, "form[action$='/statements/confirm/'] button")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("are confirmed")
    expect(page.locator(".is-waiting")).to_have_count(0)
    press_tab_until(page, "#statements form[action$='/move/'] button")
    page.keyboard.press("Enter")
    expect(page.locator("#statements")).to_be_visible()


def test_an_annex_is_drafted_without_script(enter: Callable[..., Page]) -> None:
    page = enter(FOCAL, java_script_enabled=False)
    page.locator(".desk-sections a").nth(2).click()
    page.locator("textarea[name=opening]").fill("Written without script.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("textarea[name=opening]")).to_have_value("Written without script.")
    waiting = page.locator(".is-waiting")
    page.get_by_role("button", name="That is right").first.click()
    change = waiting.first.locator("details")
    change.locator("summary").click()
    change.get_by_label("Statement").fill("In our own words.")
    change.get_by_role("button", name="Keep the change").click()
    expect(page.locator("#statements")).to_contain_text("In our own words.")
    page.get_by_role("button", name="All of these are right").click()
    expect(waiting).to_have_count(0)
    page.locator("#paper").select_option(index=0)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#paper option[selected]")).to_have_attribute("value", re.compile("."))
    page.get_by_role("link", name="Versions and what changed").count()


def test_the_desk_is_accessible_and_fits(enter: Callable[..., Page], portal: Portal, desk: str) -> None:
    page = enter(LEAD)
    noise = Noise(portal.address)
    noise.listen(page)
    annex = page.locator(".desk-sections a").nth(1).get_attribute("href")
    assert annex
    wrong = {}
    for path in (desk, annex, f"{desk}versions/", f"{desk}approval/"):
        wrong[path] = faults(page, path, noise)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        page.evaluate("document.querySelectorAll('iframe').forEach(e => e.remove())")
        wrong[path] += tab_through(page)
    assert wrong == {path: [] for path in wrong}
