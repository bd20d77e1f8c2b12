"""The main job, from need to hand-over, in a browser on the running demo: nine steps, no shortcut.

Mail is read from the SMTP catcher, words from the PDF that was attached to it.
"""

from __future__ import annotations

import datetime as dt
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

pytestmark = [pytest.mark.browser, pytest.mark.slow]

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
    expect(page.locator("#main")).to_contain_text("in the annex for Morbier wait for your eye")
    assert focal.page.get_by_role("button", name="Submit").count() == 0
    for name, (_address, benefit) in PARTNERS.items():
        page.goto(desk)
        focal.follow(f"^{name}", "/annexes/")
        for kind, words in (
            ("minimum_size", benefit),
            ("control", f"{name} would agree the plan, not order it."),
        ):
            new = page.locator("form[action$='/statements/']")
            if not new.is_visible():
                page.locator("summary", has_text="Add a benefit").click()
            new.get_by_label("Type").select_option(kind)
            new.get_by_label("Statement").fill(words)
            focal.press("^Add$", f"Added for {name}.")
            expect(page.locator("#main")).to_contain_text(words)
        focal.press("^All of these are right$", "confirmed.")


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
    focal.page.goto("/meetings/")
    focal.follow(TITLE, "/meetings/[0-9a-f-]+/$")
    focal.follow("Post room", "/delivery/")
    expect(focal.page.locator("#main")).to_contain_text("0 of 2")
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
    # The open page of the post room has followed by itself.
    expect(focal.page.locator("#main")).to_contain_text("2 of 2", timeout=30_000)
    expect(focal.page.locator("[hx-get]")).to_have_count(0)


def test_6_a_recipient_without_account_reads_replies_and_answers(portal: Portal) -> None:
    letter = mail.wait_for(portal.var / "mailbox", PARTNERS["Les Rousses"][0])
    guest = Hand(portal.page(width=390, language="fr-FR"))
    page = guest.page
    page.goto("/demo/mailbox/")
    expect(page.locator("#main")).to_contain_text("Les Rousses")
    page.goto(letter.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Les Rousses")
    with page.expect_response(re.compile(r"proposal\.pdf$")) as opened:
        guest.button("Ouvrir la proposition").click()
    assert opened.value.headers["content-type"] == "application/pdf"
    assert page.request.get(letter.link + "proposal.pdf").body() == letter.attachment("application/pdf")
    calendar = page.request.get(letter.link + "meeting.ics")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in calendar.text()
    page.goto(letter.link)
    page.get_by_text("Nous participons", exact=True).click()
    page.locator("input[name=delegate_name]").fill("Jeanne Modèle")
    page.locator("select[name=delegate_office]").select_option("mayor")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#main")).to_contain_text("Jeanne Modèle")
    page.goto(letter.link + "questions/1/")
    answer_in_turn(guest)
    page.context.close()


def answer_in_turn(hand: Hand) -> None:
    """All seven, one a screen, by the button that saves and goes on."""
    for number in range(1, 8):
        expect(hand.page).to_have_url(re.compile(rf"/{number}/$"))
        answer(hand.page, number)
        hand.page.locator("button[name=then]").first.click()
    expect(hand.page).not_to_have_url(re.compile(r"/7/$"))


def answer(page: Page, number: int) -> None:
    """A complete answer to one question, by what the question asks."""
    said = {1: ["3"], 2: ["partly"], 4: ["yes"], 5: ["unknown", "none"], 6: ["seriously"], 7: ["unknown"]}
    for value in said.get(number, []):
        for radio in page.locator(f"input[type=radio][name$='-choice'][value='{value}']").all():
            radio.check()
    if number == 3:
        page.locator("input[type=checkbox][value=no_staff]").first.check()
    if number == 5:
        page.locator("textarea[name$='-text']").first.fill("None known to us. 42")


def test_7a_answers_stay_sealed_until_all_have_answered(portal: Portal, focal: Hand) -> None:
    focal.open_case()
    focal.follow("^Answers", "/answers/")
    expect(focal.page.locator("#main")).to_contain_text("sealed")
    assert "None known to us. 42" not in focal.page.content()
    letter = mail.wait_for(portal.var / "mailbox", PARTNERS["Morbier"][0])
    guest = Hand(portal.page())
    guest.page.goto(letter.link + "questions/1/")
    answer_in_turn(guest)
    guest.page.context.close()
    answers = focal.page.url
    focal.follow("Answer for Hauts de Bienne", "/1/$")
    answer_in_turn(focal)
    focal.page.goto(answers)
    expect(focal.page.locator("#main")).to_contain_text("None known to us. 42")


def test_7b_hold_the_informal_meeting(focal: Hand) -> None:
    page = focal.page
    page.goto("/meetings/")
    focal.follow(TITLE, "/meetings/[0-9a-f-]+/$")
    focal.follow("^Record", "/record/")
    seat_everybody(focal)
    record = page.url
    focal.follow("Write the record live", "/live/")
    page.locator("#text-1").fill("All three miss a night patrol.")
    expect(page.locator("#item-1 [data-kept]")).to_contain_text("ept")
    page.goto(record)
    expect(page.locator("#main")).to_contain_text("All three miss a night patrol.")
    assert page.get_by_text("Objective").count() == 0
    informal = page.url.removesuffix("record/")
    assert page.request.get(informal + "outcomes/").status == 404
    focal.press("The meeting was held", "The answers are open")


def seat_everybody(hand: Hand) -> None:
    """Everybody invited is present with a mayor and a full mandate."""
    page = hand.page
    for field in page.locator("input[type=radio][name$='-present'][value='yes']").all():
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
    focal.follow("See the attitudes", "/attitudes/$")
    expect(page.locator("#main")).to_contain_text("Not ready for a formal meeting")
    for name in ("Hauts de Bienne", *PARTNERS):
        focal.follow(f"Record who stated what.*{name}", "/attitudes/[0-9a-f-]+/")
        for radio in page.locator("input[type=radio][value=positive]").all():
            radio.check()
        page.get_by_label("Stated by").fill("The mayor (fictitious)")
        focal.press("Record this attitude", f"The attitude of {name} is recorded.")


def test_8a_convene_the_formal_meeting(portal: Portal, focal: Hand) -> None:
    focal.open_case()
    focal.follow("Convene the formal meeting", "/plan/")
    focal.page.get_by_role("textbox", name="Place").fill("Mairie, Hauts de Bienne")
    focal.press("Call the formal meeting", "The formal meeting is called.")
    letter = mail.wait_for(portal.var / "mailbox", PARTNERS["Morbier"][0], subject="formal meeting")
    assert letter.message["In-Reply-To"]
    assert letter.calendar()["METHOD"] == "REQUEST"


def test_8b_record_the_four_outcomes(focal: Hand) -> None:
    page = focal.page
    focal.follow("^Record", "/record/")
    seat_everybody(focal)
    focal.follow("Go on to the four outcomes", "/outcomes/")
    for missing in ("No objective is recorded.", "No area is selected.", "No next step is recorded."):
        expect(page.locator("#main")).to_contain_text(missing)
    objective = "Somebody answers every night call"
    page.locator("input[name=objective-text]").fill(objective)
    focal.press("Add this objective", "No area is selected.")
    page.locator("select[name=area-area]").select_option(index=1)
    page.locator("select[name=area-objective]").select_option(label=objective)
    focal.press("Select this area", "Morbier has not decided on")
    votes = page.locator("select[name$='-vote']")
    expect(votes).to_have_count(3)
    votes.nth(0).select_option("yes")
    votes.nth(1).select_option("yes_if")
    page.locator("input[name$='-condition']").nth(1).fill("the ski season is counted")
    votes.nth(2).select_option("yes")
    focal.button("Keep the decisions").click()
    expect(page.locator("#main")).not_to_contain_text("has not decided on")
    page.locator("input[name=step-action]").fill("Ask the prefecture")
    page.locator("input[name=step-owner_name]").fill("The mayor (fictitious)")
    page.locator("select[name=step-owner]").select_option(label="Morbier")
    page.locator("input[name=step-due]").fill(f"{dt.date.today() + dt.timedelta(days=40)}")  # noqa: DTZ011  # any day
    focal.press("Add this step", "Ask the prefecture")
    focal.button("^Close the record|close the record").click()
    expect(page.get_by_role("button", name="Add this step")).to_have_count(0)
    assert "agree to cooperate" not in page.content()


def test_9_a_lead_hands_the_case_over_before_the_minutes_are_agreed(
    portal: Portal, focal: Hand, tmp_path: Path
) -> None:
    lead = Hand(portal.sign_in(LEAD))
    lead.open_case()
    page = lead.page
    page.goto(f"/meetings{page.url.partition(portal.address)[2]}hand-over/")
    expect(page.locator("#main")).to_contain_text("minutes")
    page.locator("[name=override]").fill("The call closes on Friday.")
    lead.button("Make the package").click()
    with page.expect_download() as download:
        lead.link("^Download").click()
    archive = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    names = archive.namelist()
    (tmp_path / "case.pdf").write_bytes(
        archive.read(next(name for name in names if name.endswith("case.pdf")))
    )
    words = mail.words_of(tmp_path / "case.pdf")
    assert TITLE in words
    assert "the ski season is counted" in words
    data = json.loads(archive.read(next(name for name in names if name.endswith("case.json"))))
    assert TITLE in json.dumps(data, ensure_ascii=False)
    proposals = [name for name in names if name.startswith("proposals/") and name.endswith(".pdf")]
    assert len(proposals) == len(PARTNERS), names
    page.context.close()
    focal.open_case()
    expect(focal.page.locator("#main")).to_contain_text("handed over")
