"""The post room in a browser: trouble seen and mended by keyboard alone, on a phone, in two directions."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests import grounds
from tests.browser.conftest import ROOT, Portal, Stages
from tests.browser.look import Noise, faults, press_tab_until, sign_in, tab_through, window

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FOCAL = "focal@hauts-de-bienne.example"
PATIENCE = 60_000
#: A message in each kind of trouble, an address and a subject that hardly fit a phone, one in Arabic.
TROUBLE = """
import datetime as dt
from django.utils import timezone
from imc_portal.core import outbox
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.outbox import story
ours = OutgoingEmail.objects.filter(context__startswith="case:", key__startswith="meeting:")
sent = ours.latest("created_at")
long = {"to_address": f"town-hall.{'long' * 13}@{'very' * 15}.example", "subject": "Winter " + "service" * 30}
words = {"language": "ar", "subject": "دعوة إلى اجتماع", "text": "مرحبًا، ندعوكم إلى اجتماع"}
later = timezone.now() + dt.timedelta(days=1)
for state, more in (("failed", long), ("unknown", {}), ("queued", {}), ("held", words)):
    given = {"key": f"try:{state}", "to_name": "A reader", "to_address": "a@example.org", "subject": state}
    given |= {"text": "Good day", "context": sent.context, "not_before": later, "held": state == "held"}
    made = outbox.enqueue(outbox.Message(**given | {"ask_first": True} | more))
    if state in ("failed", "unknown"):
        rows = OutgoingEmail.objects.filter(pk=made.pk)
        story.move(rows, "uncertain", detail="550 " + "no" * 90, state=state, last_error="550 " + "no" * 90)
"""


@pytest.fixture(scope="module")
def talks(stages: Stages) -> Portal:
    """The demo with its papers sent, and messages in trouble beside them."""
    portal = stages.at("informal")
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", TROUBLE],
        cwd=ROOT,
        env=grounds.environment(portal.var) | {"DEMO": "True", "BASE_URL": portal.address},
        check=True,
        capture_output=True,
    )
    return portal


@pytest.fixture(scope="module")
def room(talks: Portal) -> str:
    """The address of everything in the post room of the case, as the focal point comes to it."""
    page = window(talks)
    sign_in(page, FOCAL)
    page.goto("/meetings/")
    page.get_by_role("link", name="meeting", exact=False).locator("visible=true").nth(1).click()
    page.get_by_role("link", name="Every message about this meeting").click()
    page.get_by_role("link", name="Show everything").click()
    page.wait_for_url(re.compile(r"/post/\??$"))
    address = page.url
    page.context.close()
    return address


@pytest.fixture
def page(talks: Portal, room: str) -> Iterator[Page]:
    """The focal point in the post room of the case."""
    page = window(talks)
    sign_in(page, FOCAL)
    page.goto(room)
    page.wait_for_load_state("networkidle")
    yield page
    page.context.close()


def subject(page: Page, words: str) -> str:
    """The address of a message."""
    return str(page.get_by_role("link", name=words, exact=True).get_attribute("href"))


def test_the_pages_are_accessible_fit_a_phone_and_are_quiet(talks: Portal, page: Page) -> None:
    noise = Noise(talks.address)
    noise.listen(page)
    room = page.url.removeprefix(talks.address)
    failed = str(page.locator("tr", has_text="failed").get_by_role("link").first.get_attribute("href"))
    unknown, held = subject(page, "unknown"), subject(page, "دعوة إلى اجتماع")
    proposal = str(page.locator("tr", has_text="Morbier").get_by_role("link").first.get_attribute("href"))
    paths = [room, failed, f"{failed}again/", f"{unknown}settle/", held, f"{held}release/", proposal]
    paths += [f"{room}hold/", f"{room}?q=nobody"]
    assert {path: found for path in paths if (found := faults(page, path, noise))} == {}


@pytest.mark.parametrize("width", [1280, 390])
def test_tab_goes_through_the_post_room_in_order(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    # The walk compares elements with each other: none may be replaced meanwhile.
    page.route(re.compile("/post/"), _unless_it_looks_again)
    assert tab_through(page) == []
    page.goto(subject(page, "unknown"))
    assert tab_through(page) == []


def test_the_focus_stays_where_it_is_when_the_list_looks_again(page: Page) -> None:
    link = page.locator("tr", has_text="unknown").get_by_role("link").first
    link.evaluate("e => { e.focus(); e.dataset.old = 'yes'; }")
    key = link.get_attribute("id")
    expect(page.locator("[data-old]")).to_have_count(0, timeout=PATIENCE)
    assert page.evaluate("document.activeElement.id") == key


def _unless_it_looks_again(route: Route) -> None:
    if "hx-request" in route.request.headers:
        route.abort()
    else:
        route.continue_()


def test_words_and_frame_of_a_message_from_right_to_left_stand_right(page: Page) -> None:
    page.goto(subject(page, "دعوة إلى اجتماع"))
    text = page.locator(".post-text")
    assert text.evaluate("e => [getComputedStyle(e).direction, e.lang]") == ["rtl", "ar"]


def test_the_frame_shows_the_letter_in_its_own_style_and_runs_nothing(page: Page) -> None:
    page.locator("tr", has_text="Morbier").get_by_role("link").first.click()
    letter = page.frame_locator("iframe.post-frame")
    expect(letter.get_by_role("heading", name="The meeting")).to_be_visible()
    assert letter.locator("main").evaluate("e => getComputedStyle(e).maxWidth") == "620px"
    letter.get_by_role("link", name="Read and reply").click(force=True)
    page.wait_for_timeout(500)
    assert len(page.context.pages) == 1
    expect(letter.get_by_role("heading", name="The meeting")).to_be_visible()


def test_a_sent_message_is_said_again_by_keyboard_and_seen_to_leave(page: Page) -> None:
    page.locator("tr", has_text="Morbier").get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/meetings/post/[0-9a-f-]{36}/$"))
    press_tab_until(page, "a[href$='/again/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/again/$"))
    press_tab_until(page, "input[name=reason]")
    page.keyboard.type("The mayor asked for it once more.")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/meetings/post/[0-9a-f-]{36}/$"))
    expect(page.locator("#state")).to_contain_text("an earlier message")
    # Nobody reloads: the page looks by itself.
    expect(page.locator("#state .post-state")).to_have_text("sent", timeout=PATIENCE)
    expect(page.locator("#story")).to_contain_text("Accepted by the mail server")


def test_what_waits_is_held_and_released_from_the_list_without_losing_the_filter(page: Page) -> None:
    page.goto(f"{page.url.partition('?')[0]}?state=waiting&q=queued")
    page.get_by_role("link", name="Hold back").click()
    page.get_by_label("Because").fill("Wait for the council.")
    page.get_by_role("button", name="Hold back 1 message").click()
    expect(page.get_by_role("status").first).to_contain_text("1 message is held back.")
    assert page.url.endswith("?state=waiting&q=queued")
