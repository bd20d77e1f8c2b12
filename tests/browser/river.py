"""The two banks of the river as a browser test plays on them: who sits where, and what is done twice."""

from __future__ import annotations

import datetime as dt
import re
import time
import zoneinfo
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.browser import mail
from tests.browser.conftest import PASSWORD, Portal
from tests.browser.hands import Hands, fill, seat_all

TITLE = "One library card on both banks"
FOCAL, LEAD = "focal@campbellton.example", "mayor@campbellton.example"
POINTE = "mairie@pointe-a-la-croix.example"
ESCUMINAC = "mairie@escuminac.example"
HERON_BAY = "mayor@heron-bay.example"
STUDY = "intake@study.example"
EAST, WEST = zoneinfo.ZoneInfo("America/Moncton"), zoneinfo.ZoneInfo("America/Toronto")
STATEMENTS = (
    ("minimum_size", "A catalogue of {name} that none of us can keep alone."),
    ("control", "{name} would agree the opening hours, not set them."),
)


@dataclass
class Scene:
    """The demo, who sits at it, and where the case lies."""

    portal: Portal
    focal: Hands
    lead: Hands
    escuminac: Hands
    case: str = ""
    desk: str = ""
    formal: str = ""
    late: Hands | None = None
    since: float = 0
    links: dict[str, str] = field(default_factory=dict)

    def letter(self, address: str, subject: str = "") -> mail.Letter:
        """The newest letter to an address since the last time somebody began to listen."""
        return mail.wait_for(
            self.portal.var / "mailbox", address, subject=subject, seconds=120, since=self.since
        )

    def listen(self) -> None:
        """Letters from now on."""
        self.since = time.time()

    def phone(self) -> Hands:
        """A phone in French, of somebody without an account."""
        return Hands(self.portal.page(width=390, language="fr-FR"))

    def newcomer(self) -> Hands:
        """Heron Bay's mayor, signed in when first needed."""
        if self.late is None:
            self.late = Hands(self.portal.sign_in(HERON_BAY))
        return self.late

    def open_case(self) -> Hands:
        """The focal point at the page of the case."""
        self.focal.go(self.case)
        return self.focal

    @property
    def key(self) -> str:
        """The key of the case."""
        return self.case.strip("/").split("/")[-1]


def state_benefits(scene: Scene, *names: str) -> None:
    """A benefit and a cost in the annex of each, and what is suggested confirmed."""
    page = scene.focal.page
    scene.desk = scene.desk or path_of(page.url)
    for name in names:
        scene.focal.go(scene.desk)
        page.get_by_role("link", name=re.compile(f"^{name}", re.DOTALL)).first.click()
        page.wait_for_url(re.compile("/annexes/"))
        for kind, words in STATEMENTS:
            new = page.locator("form[action$='/statements/']")
            if not new.is_visible():
                page.locator("summary", has_text="Add a benefit").click()
            new.get_by_label("Type").select_option(kind)
            new.get_by_label("Statement").fill(words.format(name=name))
            page.get_by_role("button", name=re.compile("^Add$")).click()
            scene.focal.sees(f"Added for {name}.")
        confirm = page.get_by_role("button", name=re.compile("^All of these are right$"))
        if confirm.count():
            confirm.first.click()
            scene.focal.sees("confirmed.")
    scene.focal.go(scene.desk)


def path_of(url: str) -> str:
    return re.sub(r"^https?://[^/]+", "", url)


def approve(scene: Scene) -> None:
    """Four eyes; the papers leave."""
    scene.listen()
    scene.focal.go(scene.desk)
    scene.focal.send("/submit/")
    scene.lead.go(scene.desk)
    scene.lead.follow("/approval/")
    scene.lead.send("/approve/")


def log(scene: Scene, name: str, result: str) -> None:
    page = scene.focal.page
    page.goto(scene.case + "contacts/")
    page.get_by_role("link", name=re.compile(f"Log a contact.*{name}", re.DOTALL)).first.click()
    page.wait_for_url(re.compile("/log/"))
    mayor = page.locator("select[name=contact] option", has_text="mayor").first.get_attribute("value")
    scene.focal.send(contact=mayor or "", channel="phone", result=result, summary="Said so on the telephone.")


def reply_by_account(scene: Scene, mandate: str) -> None:
    hands = scene.escuminac
    hands.go("/meetings/")
    hands.page.get_by_role("link", name=re.compile(TITLE)).first.click()
    hands.page.wait_for_url(re.compile(r"/meetings/[0-9a-f-]+/$"))
    hands.follow("/reply/?reply=coming")
    hands.send(delegate_name="Le maire (fictif)", delegate_office="mayor", mandate=mandate)


def workday(day: dt.date) -> dt.date:
    """This day, or the Monday after it."""
    return day + dt.timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)


def hold(scene: Scene) -> None:
    """Everybody is there; a line is written; the record is closed."""
    focal = scene.focal
    focal.go(meeting_of(scene) + "record/")
    seat_all(focal)
    focal.send("/hold/")


def meeting_of(scene: Scene) -> str:
    """Address of the meeting that is called now."""
    scene.focal.go("/meetings/")
    found = scene.focal.page.get_by_role("link", name=re.compile(TITLE)).first.get_attribute("href")
    assert found
    return found


def move_to_today(scene: Scene) -> None:
    """A council resolves after the meeting: so the meeting is moved ahead, to a few minutes from now."""
    ahead = dt.timedelta(minutes=3)
    while (dt.datetime.now(WEST) + ahead).date() != dt.datetime.now(WEST).date():
        time.sleep(5)  # the last minutes before midnight: the meeting would begin tomorrow
    begins = dt.datetime.now(EAST) + ahead
    focal = scene.focal
    focal.go(scene.formal + "edit/")
    form = focal.form(asks="date")
    fill(form, "date", f"{begins.date()}")
    fill(form, "time", f"{begins:%H:%M}")
    form.locator("button[type=submit]").last.click()
    focal.sees("This day is too early for the lead time")
    focal.send(late_anyway="on")


def send_minutes(scene: Scene) -> None:
    scene.listen()
    scene.focal.go(scene.formal + "minutes/")
    scene.focal.follow("/send/")
    scene.focal.send()


def sign_in_french(portal: Portal) -> Page:
    """Escuminac's mayor, whose portal speaks French."""
    page = portal.page()
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(ESCUMINAC)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form:has([name=password]) button[type=submit]").click()
    page.wait_for_url(re.compile(r"/$"))
    return page
