"""Every kind of page before and after the informal meeting, for each who sees it."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Stages
from tests.browser.kinds import FOCAL, LEAD, wrong_pages
from tests.browser.look import Noise, faults, sign_in, window

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Who walks, at which stage, and the fewest kinds of pages they must find.
WALKS = [
    ("proposed", LEAD, 25),
    ("formal", FOCAL, 30),
    ("handed_over", LEAD, 30),
    ("handed_over", "curator@portal.example", 12),
    ("handed_over", "nobody", 7),
]


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Kinds of pages looked at so far."""
    return set()


@pytest.mark.parametrize(("stage", "who", "least"), WALKS)
def test_every_kind_of_page_is_accessible_fits_and_is_quiet(
    stages: Stages, seen: set[str], stage: str, who: str, least: int
) -> None:
    # What looks alike at every stage, test_pages.py looks at for the focal point.
    alike = who not in (FOCAL, LEAD)
    assert wrong_pages(stages.only(stage), seen, who, least, alike=alike) == {}


def test_the_open_desk_of_the_proposal_is_accessible_fits_and_is_quiet(stages: Stages) -> None:
    portal = stages.only("contacted")
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
