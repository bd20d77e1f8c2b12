"""The main job, from need to hand-over, in a browser on the running demo: nine steps, no shortcut.

Mail is read from the SMTP catcher, words from the PDF that was attached to it.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import mail
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

TITLE = "A municipal police for the plateau"
FOCAL = "focal@hauts-de-bienne.example"
LEAD = "mayor@hauts-de-bienne.example"
#: Chosen partner: the address its papers go to, and what only its own annex says.
PARTNERS = {
    "Morbier": ("mayor@morbier.example", "A night patrol that Morbier cannot staff alone."),
    "Les Rousses": ("mairie@les-rousses.example", "A patrol in the ski season that Les Rousses lacks."),
}


@dataclass
class Hand:
    """Somebody at a window."""

    page: Page

    def link(self, words: str) -> Locator:
        """The first link with these words."""
        return self.page.get_by_role("link", name=re.compile(words, re.DOTALL)).first

    def button(self, words: str) -> Locator:
        """The first button with these words."""
        return self.page.get_by_role("button", name=re.compile(words, re.DOTALL)).first

    def press(self, words: str, said: str) -> None:
        """Press a button and read what the portal says to it."""
        self.button(words).click()
        expect(self.page.locator("#main")).to_contain_text(said)

    def follow(self, words: str, address: str) -> None:
        """Follow a link to a page with this in its address."""
        self.link(words).click()
        self.page.wait_for_url(re.compile(address))

    def open_case(self) -> None:
        """The page of the case, from the list of cases."""
        self.page.goto("/cases/")
        self.follow(TITLE, r"/cases/[0-9a-f-]+/$")


@pytest.fixture(scope="module")
def focal(portal: Portal) -> Iterator[Hand]:
    """The focal point of Hauts de Bienne, signed in."""
    hand = Hand(portal.sign_in(FOCAL))
    yield hand
    hand.page.context.close()


def test_1_the_home_page_says_how_to_begin(focal: Hand) -> None:
    expect(focal.page.locator("#main")).to_contain_text("Begin with a need")
    expect(focal.link("Record a need")).to_be_visible()


def test_2_record_a_need_and_open_a_case_on_it(focal: Hand) -> None:
    focal.follow("Record a need", "/needs/add/")
    page = focal.page
    page.get_by_label("Function").select_option("SAF-POL")
    page.get_by_label("3 – serious").check()
    page.get_by_label("not enough staff").check()
    page.get_by_label("What is the need").fill("One officer for five thousand inhabitants, none at night.")
    page.get_by_label("What shows it").fill("Twelve calls a month remain unanswered.")
    page.get_by_label("What it costs today").fill("210 000")
    page.get_by_label("Year").fill("2025")
    focal.press("Record the need", "The need is recorded.")
    focal.follow("Open a case", "/open-case/")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("a new service is required").check()
    focal.button("Open the case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.locator("#main")).to_contain_text("No area is taken into the talks yet.")


def test_4a_agree_on_the_area(focal: Hand) -> None:
    focal.follow("Agree on the areas", "/areas/")
    focal.press("Take into the talks", "to be explored in the talks")


def test_3_rank_the_neighbours_choose_some_and_set_the_others_aside(focal: Hand) -> None:
    focal.follow("Choose partners", "/partners/")
    page = focal.page
    rows = page.locator("ul.rows > li[data-code]")
    assert rows.count() >= 6
    expect(page.locator("svg [data-code]").first).to_be_attached()
    morbier = rows.filter(has_text="Morbier").first
    morbier.locator("summary").click()
    expect(
        morbier.get_by_role("row").filter(has_text=re.compile("border|Proximity", re.IGNORECASE)).first
    ).to_be_visible()
    for name in PARTNERS:
        page.get_by_role("checkbox", name=re.compile(name)).check()
    focal.press("Choose the ticked", "2 municipalities are chosen.")
    focal.press("Begin contacting", "neither selected nor set aside")
    page.get_by_text("remaining municipalit").click()
    page.locator("form[action$='set-rest-aside/'] textarea").fill("Have a police of their own until 2029.")
    focal.press("Set the rest aside", "are set aside")
    focal.button("Begin contacting").click()
    page.wait_for_url(re.compile("/contacts/"))


def test_3b_log_the_first_contacts(focal: Hand) -> None:
    page = focal.page
    for name in PARTNERS:
        focal.follow(f"Log a contact.*{name}", "/log/")
        office_holder = page.get_by_label("Spoken to").locator("option", has_text="mayor")
        page.get_by_label("Spoken to").select_option(label=office_holder.inner_text())
        page.get_by_label("by telephone").check()
        page.get_by_label("open to talk").check()
        page.get_by_label("In a few words").fill("Would like to see figures.")
        focal.press("Log the contact", f"The contact with {name} is logged.")


def test_4b_draft_a_proposal_with_an_annex_for_each_recipient(focal: Hand) -> None:
    page = focal.page
    focal.button("Draft the proposal").click()
    page.wait_for_url(re.compile("/proposals/"))
    desk = page.url
    focal.press("Submit", "names no benefit")
    for name, (_address, benefit) in PARTNERS.items():
        page.goto(desk)
        focal.follow(f"^{name}", "/annexes/")
        for kind, words in (
            ("minimum_size", benefit),
            ("control", f"{name} would agree the plan, not order it."),
        ):
            if not page.get_by_label("Type").is_visible():
                page.locator("summary", has_text="Add a benefit").click()
            page.get_by_label("Type").select_option(kind)
            page.get_by_label("Statement").fill(words)
            focal.press("^Add$", f"Added for {name}.")
            expect(page.locator("#main")).to_contain_text(words)


def test_5a_plan_the_informal_meeting_and_submit(focal: Hand) -> None:
    page = focal.page
    focal.open_case()
    focal.follow("Plan the informal meeting", "/plan/")
    page.get_by_role("textbox", name="Place").fill("Salle des fêtes, Hauts de Bienne")
    focal.press("Plan the meeting", "Planned.")
    focal.open_case()
    focal.follow("Finish the proposal", "/proposals/")
    focal.press("Submit", "The lead can approve it now.")


def test_5b_the_lead_approves_on_a_phone_and_each_recipient_gets_its_own_paper(
    portal: Portal, focal: Hand, tmp_path: Path
) -> None:
    lead = Hand(portal.sign_in(LEAD, width=390))
    lead.follow("Approve the proposal", "/approval/")
    lead.press("^Approve$", "is approved and frozen")
    lead.page.context.close()
    for name, (address, benefit) in PARTNERS.items():
        letter = mail.wait_for(portal.var / "mailbox", address)
        paper = letter.pdf_text(tmp_path)
        assert benefit in paper
        assert not any(other in paper for who, (_a, other) in PARTNERS.items() if who != name)
        event = letter.calendar().walk("VEVENT")[0]
        assert letter.calendar()["METHOD"] == "REQUEST"
        assert str(event["LOCATION"]) == "Salle des fêtes, Hauts de Bienne"
        assert letter.message["Auto-Submitted"] == "auto-generated"
        assert letter.message["Reply-To"] == FOCAL
    focal.open_case()
    focal.follow("See who has the papers", "/delivery/")
    expect(focal.page.locator("#main")).to_contain_text("2 of 2")


def test_6_a_recipient_without_account_reads_replies_and_answers(portal: Portal) -> None:
    letter = mail.wait_for(portal.var / "mailbox", PARTNERS["Les Rousses"][0])
    guest = Hand(portal.page(width=390, language="fr-FR"))
    page = guest.page
    page.goto("/demo/mailbox/")
    expect(page.locator("#main")).to_contain_text("Les Rousses")
    page.goto(letter.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Les Rousses")
    with page.expect_download() as download:
        page.request.get(letter.link + "proposal.pdf")
        page.evaluate(f"location.href = '{letter.link}proposal.pdf'")
    assert download.value.path().read_bytes() == letter.attachment("application/pdf")
    calendar = page.request.get(letter.link + "meeting.ics")
    assert "METHOD:REQUEST" in calendar.text()
    assert "BEGIN:VEVENT" in calendar.text()
    page.goto(letter.link)
    guest.link("Nous participons").click()
    page.get_by_label(re.compile("Qui vient")).fill("Jeanne Modèle")
    guest.button("Enregistrer|Envoyer|Confirmer").click()
    expect(page.locator("#main")).to_contain_text("Jeanne Modèle")
    answer_by_link(guest, letter.link)
    page.context.close()


def answer_by_link(guest: Hand, link: str) -> None:
    """All seven, one a screen."""
    page = guest.page
    for number in range(1, 8):
        page.goto(f"{link}questions/{number}/")
        answer(page, number)
        page.locator("button[name=then]").first.click()
        page.wait_for_load_state()


def answer(page: Page, number: int) -> None:
    """A complete answer to one question, by what the question asks."""
    radio = {1: "3", 2: "partly", 4: "yes", 6: "seriously", 7: "unknown"}
    if number in radio:
        page.locator(f"input[type=radio][name$=-choice][value={radio[number]}]").check()
    elif number == 3:
        page.locator("input[type=checkbox][value=no_staff]").check()
    else:
        page.locator("textarea[name$=-text]").fill("None known to us. 42")


def test_7a_answers_stay_sealed_until_all_have_answered(portal: Portal, focal: Hand) -> None:
    focal.open_case()
    focal.follow("^Answers", "/answers/")
    expect(focal.page.locator("#main")).to_contain_text("sealed")
    assert "None known to us. 42" not in focal.page.content()
    letter = mail.wait_for(portal.var / "mailbox", PARTNERS["Morbier"][0])
    guest = Hand(portal.page())
    answer_by_link(guest, letter.link)
    guest.page.context.close()
    answers = focal.page.url
    for number in range(1, 8):
        focal.page.goto(answers)
        focal.page.locator(f"a[href*='/answers/'][href$='/{number}/']").first.click()
        focal.page.wait_for_url(re.compile(rf"/{number}/$"))
        answer(focal.page, number)
        focal.page.locator("main form button[type=submit]").first.click()
        focal.page.wait_for_load_state()
    focal.page.goto(answers)
    expect(focal.page.locator("#main")).to_contain_text("None known to us. 42")


def test_7b_hold_the_informal_meeting(focal: Hand) -> None:
    page = focal.page
    page.goto("/meetings/")
    focal.follow(TITLE, "/meetings/[0-9a-f-]+/$")
    focal.follow("^Record", "/record/")
    seat_everybody(focal)
    page.get_by_label("Notes").fill("All three miss a night patrol.")
    focal.press("Keep the notes", "All three miss a night patrol.")
    assert page.get_by_text("Objective").count() == 0
    informal = page.url.removesuffix("record/")
    assert page.request.get(informal + "outcomes/").status == 404
    focal.button("Close the record|The meeting was held|Hold").click()
    expect(page.locator("#main")).to_contain_text("held")


def seat_everybody(hand: Hand) -> None:
    """Everybody invited is present with a mayor and a full mandate."""
    page = hand.page
    for field in page.locator("input[type=radio][name$=-present][value=yes]").all():
        name = (field.get_attribute("name") or "").removesuffix("-present")
        field.check()
        page.locator(f"input[name='{name}-name']").fill("The mayor (fictitious)")
        page.locator(f"select[name='{name}-office']").select_option("mayor")
        page.locator(f"select[name='{name}-mandate']").select_option("full")
    hand.button("Keep who is here").click()
    page.wait_for_load_state()


def test_7c_each_municipality_states_its_attitude(focal: Hand) -> None:
    page = focal.page
    focal.open_case()
    focal.follow("See the attitudes", "/attitudes/")
    attitudes = page.url
    count = page.locator("a[href*='/attitudes/']:not([href$='/attitudes/'])").count()
    assert count == 3
    for number in range(count):
        page.goto(attitudes)
        page.locator("a[href*='/attitudes/']:not([href$='/attitudes/'])").nth(number).click()
        page.wait_for_url(re.compile("/attitudes/[0-9a-f-]+/"))
        page.locator("input[name=value][value=positive]").check()
        for box in page.locator("input[type=checkbox][name=areas]").all():
            box.check()
        if page.locator("input[name=stated_by]").count():
            page.locator("input[name=stated_by]").fill("The mayor (fictitious)")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(attitudes)
    expect(page.locator("#main")).to_contain_text("positive")


def test_8a_convene_the_formal_meeting(portal: Portal, focal: Hand) -> None:
    focal.open_case()
    focal.follow("Convene the formal meeting", "/plan/")
    focal.page.get_by_role("textbox", name="Place").fill("Mairie, Hauts de Bienne")
    focal.button("Convene|Call|Plan").click()
    focal.page.wait_for_url(re.compile("/meetings/[0-9a-f-]+/$"))
    letter = mail.wait_for(portal.var / "mailbox", PARTNERS["Morbier"][0], subject="formal")
    assert letter.message["In-Reply-To"]
    assert letter.calendar()["METHOD"] == "REQUEST"


def test_8b_record_the_four_outcomes(focal: Hand) -> None:
    page = focal.page
    focal.follow("^Record", "/record/")
    seat_everybody(focal)
    focal.page.goto(page.url.replace("/record/", "/outcomes/"))
    focal.press("Close the record", "No objective is recorded.")
    page.get_by_role("textbox", name=re.compile("^Objective")).fill("Somebody answers every night call")
    focal.button("Add the objective|Add").click()
    expect(page.locator("#main")).to_contain_text("Somebody answers every night call")


def test_9_hand_the_case_over(focal: Hand) -> None:
    page = focal.page
    focal.open_case()
    focal.follow("Hand the case over", "/hand-over/")
    focal.button("Make the package").click()
    with page.expect_download() as download:
        focal.link("ZIP|Download").click()
    archive = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    names = archive.namelist()
    assert any(name.endswith("case.pdf") for name in names)
    data = json.loads(archive.read(next(name for name in names if name.endswith("case.json"))))
    assert TITLE in json.dumps(data, ensure_ascii=False)
