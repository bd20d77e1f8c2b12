"""Shapes of pages: words make no other one, whatever axe would say something about does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import shapes

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE = """<!doctype html><html lang="en"><title>T</title><main class="m"><h1>Words</h1>
<label for="a1">Name</label><input id="a1" type="text"><a href="/1/">go</a><img src="x" alt="drawn">
<ul><li class="row">one<li class="row">two<li class="row">three</ul></main></html>"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """An empty window."""
    page = chromium.new_page()
    yield page
    page.close()


def shape(page: Page, html: str) -> str:
    page.set_content(html)
    return shapes.of(page)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Words", "Other words"),
        ('href="/1/"', 'href="/2/"'),
        ("a1", "a2"),
        ("three", 'three<li class="row">four'),
    ],
)
def test_words_numbers_and_lengths_of_lists_make_no_other_shape(page: Page, before: str, after: str) -> None:
    assert before in PAGE
    assert shape(page, PAGE.replace(before, after)) == shape(page, PAGE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('for="a1"', 'for="nobody"'),
        (">go</a>", "></a>"),
        ('alt="drawn"', ""),
        ('alt="drawn"', 'alt=""'),
        ('class="m"', 'class="pale"'),
        ('lang="en"', ""),
        ("<h1>Words</h1>", "<h2>Words</h2>"),
        ('<a href="/1/">go', '<a id="a1" href="/1/">go'),
        ('<li class="row">two', '<li class="row" role="button">two'),
        ("<input ", '<input aria-describedby="gone" '),
        ("<main", "<main></main><main"),
    ],
)
def test_what_axe_would_see_makes_another_shape(page: Page, before: str, after: str) -> None:
    assert before in PAGE
    assert shape(page, PAGE.replace(before, after)) != shape(page, PAGE)


def test_of_what_repeats_in_a_list_two_remain(page: Page) -> None:
    shape(page, PAGE)
    assert page.locator("li").all_inner_texts() == ["one", "two"]
