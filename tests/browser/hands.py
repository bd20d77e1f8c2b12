"""What hands do on any page, in any language: forms are known by their address and fields, not by words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

#: An answer to each of the seven questions, by the value of the field that asks for it.
CHOICES = {1: "3", 2: "partly", 4: "yes", 5: "none", 6: "seriously", 7: "unknown"}


@dataclass
class Hands:
    """Somebody at a window, with or without an account."""

    page: Page

    def __post_init__(self) -> None:
        """A demo that prints papers meanwhile may take its time."""
        self.page.context.set_default_timeout(60_000)

    def form(self, action: str = "", asks: str = "") -> Locator:
        """The form whose address holds this; without one the form that asks for this field, or any."""
        if action:
            return self.page.locator(f"form[action*='{action}']").first
        forms = self.page.locator("main form[method=post]")
        return forms.filter(has=self.page.locator(f"[name='{asks}']")).first if asks else forms.first

    def send(self, action: str = "", **fields: str) -> None:
        """Fill a form as its fields ask, and send it; a page that comes back with an error fails."""
        form = self.form(action, next(iter(fields), ""))
        for name, value in fields.items():
            fill(form, name, value)
        with self.page.expect_navigation() as arrived:
            form.locator("button[type=submit]").last.click()
        assert arrived.value is not None
        said = self.page.locator("main .invalid-feedback, main .alert-danger").all_inner_texts()
        assert arrived.value.status < 400, f"{action or self.page.url}: {said}"

    def go(self, path: str) -> None:
        """A page by its address."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status < 400, path

    def path(self, ending: str) -> str:
        """The address of the first link on this page that ends so."""
        found = self.page.locator(f"main a[href$='{ending}']").first.get_attribute("href")
        assert found, ending
        return found

    def follow(self, part: str) -> None:
        """Follow the first link with this in its address."""
        self.page.locator(f"main a[href*='{part}']").first.click()
        self.page.wait_for_url(re.compile(re.escape(part)))

    def sees(self, *words: str) -> None:
        """The page says so."""
        for text in words:
            expect(self.page.locator("main")).to_contain_text(text, timeout=30_000)

    def open_details(self, action: str) -> None:
        """Unfold what hides this form."""
        hiding = self.page.locator(f"details:has(form[action*='{action}'])")
        hiding.evaluate_all("all => all.forEach(one => one.open = true)")

    def own_attitude(self) -> str:
        """The address at which one's own municipality states its attitude, on the page of attitudes."""
        return self.path_with(r"/attitudes/[0-9a-f-]+/")

    def path_with(self, pattern: str) -> str:
        """The address of the first link that matches."""
        for link in self.page.locator("main a[href]").all():
            address = link.get_attribute("href") or ""
            if re.search(pattern, address):
                return address
        raise AssertionError(f"no link to {pattern} on {self.page.url}")

    def answer_all(self, first: str) -> None:
        """The seven questions, one a screen, every cell."""
        self.go(first)
        for number in range(1, 8):
            expect(self.page).to_have_url(re.compile(rf"/{number}/$"))
            self._answer(number)
            self.page.locator("button[name=then]").first.click()
            self.page.wait_for_load_state()
        expect(self.page).not_to_have_url(re.compile(r"/7/$"))

    def _answer(self, number: int) -> None:
        if number == 3:
            for box in self.page.locator("input[type=checkbox][value=no_staff]").all():
                box.check()
            return
        for radio in self.page.locator(f"input[name$='-choice'][value='{CHOICES[number]}']").all():
            radio.check()


def fill(form: Locator, name: str, value: str) -> None:
    """One field, by what it is."""
    field = form.locator(f"[name='{name}']")
    kind = field.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
    if kind == "checkbox" and field.count() == 1:
        field.check()
    elif kind in ("radio", "checkbox"):
        form.locator(f"[name='{name}'][value='{value}']").check()
    elif kind == "select":
        field.select_option(value)
    else:
        field.fill(value)


def seat_all(hands: Hands, mandates: dict[str, str] | None = None) -> None:
    """Everybody invited is present with a mayor; mandates by a word in the name of the municipality."""
    page = hands.page
    for field in page.locator("input[type=radio][name$='-present'][value='yes']").all():
        name = (field.get_attribute("name") or "").removesuffix("-present")
        field.check()
        page.locator(f"input[name='{name}-name']").fill("The mayor (fictitious)")
        page.locator(f"select[name='{name}-office']").select_option("mayor")
        row = page.locator(f"fieldset:has([name='{name}-present'])").first.inner_text()
        mandate = next((value for town, value in (mandates or {}).items() if town in row), "full")
        page.locator(f"select[name='{name}-mandate']").select_option(mandate)
    hands.send("/attendance/")
