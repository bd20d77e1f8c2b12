"""A full case by hand, in a browser on the running demo: five municipalities on two banks of a river.

One has no account and reads French on a phone, one declines, one joins late, one acts subject to its council.
Links are read from the letters that the mail catcher caught.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import running_demo
from tests.browser.hands import Hands, seat_all
from tests.browser.river import (
    EAST,
    ESCUMINAC,
    FOCAL,
    HERON_BAY,
    LEAD,
    POINTE,
    STUDY,
    TITLE,
    WEST,
    Scene,
    approve,
    hold,
    log,
    meeting_of,
    move_to_today,
    path_of,
    reply_by_account,
    send_minutes,
    sign_in_french,
    state_benefits,
    workday,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def scene(chromium: Browser) -> Iterator[Scene]:
    """The demo with both banks, and three people signed in."""
    with running_demo("complete", chromium) as portal:
        yield Scene(
            portal,
            Hands(portal.sign_in(FOCAL)),
            Hands(portal.sign_in(LEAD)),
            Hands(sign_in_french(portal)),
        )


def test_1_a_need_becomes_a_case_with_two_areas(scene: Scene) -> None:
    focal = scene.focal
    focal.go("/needs/add/")
    focal.send(
        function="REC-LIB",
        severity="2",
        causes="no_money",
        statement="Two libraries, two cards, one river.",
        evidence="Loans fell by a fifth. (Illustrative.)",
    )
    focal.follow("/open-case/")
    focal.send(title=TITLE, trigger="finances")
    scene.case = path_of(focal.page.url)
    focal.go(scene.case + "areas/add/")
    focal.send(function="REC-YOU", mode="joint_production")
    focal.go(scene.case + "areas/")
    for _area in range(2):
        focal.send("/agree/")
    focal.go(scene.case)


def test_2_three_are_asked_and_one_declines(scene: Scene) -> None:
    focal = scene.focal
    focal.go(scene.case + "partners/")
    for name in ("Pointe-à-la-Croix", "Escuminac", "Ristigouche-Sud-Est"):
        focal.page.get_by_role("checkbox", name=re.compile(name)).check()
    focal.page.get_by_role("button", name=re.compile("Choose the ticked")).click()
    focal.sees("3 municipalities are chosen.")
    focal.page.get_by_text("remaining municipalit").click()
    focal.send("set-rest-aside/", reason="Asked once the first talks are over.")
    focal.send("partners/begin/")
    for name, result in (
        ("Pointe-à-la-Croix", "open"),
        ("Escuminac", "open"),
        ("Ristigouche-Sud-Est", "declined"),
    ):
        log(scene, name, result)
    focal.sees("Ristigouche-Sud-Est")
    focal.go(scene.case)


def test_3_a_paper_for_each_and_a_date_for_all(scene: Scene) -> None:
    focal = scene.open_case()
    focal.send("/start/")
    state_benefits(scene, "Pointe-à-la-Croix", "Escuminac")
    day = dt.datetime.now(EAST).date() + dt.timedelta(days=35)
    scene.listen()
    focal.go(f"/meetings/plan/{scene.key}/informal/")
    focal.follow("/dates/informal/")
    focal.send(
        slot_1=f"{day}T10:00",
        slot_2=f"{day + dt.timedelta(days=1)}T14:00",
        place="Council chamber, Campbellton",
        answer_by=f"{day - dt.timedelta(days=25)}",
    )
    poll = path_of(focal.page.url)
    guest = scene.phone()
    asked = scene.letter(POINTE)
    assert re.search(r"de 0?9:00 à .*Toronto", asked.text)
    scene.links[POINTE] = asked.link
    found = re.search(r"/p/[\w-]+/dates/[\w-]+/", asked.text)
    assert found
    guest.go(found.group())
    for box in guest.page.locator("input[type=radio][value=yes]").all():
        box.check()
    guest.page.locator("main form[method=post] button[type=submit]").click()
    guest.page.wait_for_load_state()
    guest.page.context.close()
    focal.go(poll)
    focal.follow("/fix/")
    focal.send()
    focal.sees("Council chamber, Campbellton")


def test_4_each_reads_its_own_paper_and_replies(scene: Scene) -> None:
    approve(scene)
    letter = scene.letter(POINTE, "réunion informelle le")
    assert re.search(r"de 0?9:00 à .*Toronto", letter.text)
    assert letter.link == scene.links[POINTE]
    guest = scene.phone()
    guest.go(letter.link)
    with guest.page.expect_response(re.compile(r"proposal\.pdf$")) as opened:
        guest.page.locator("form[action$='/open/'] button").click()
    assert opened.value.headers["content-type"] == "application/pdf"
    guest.go(letter.link + "reply/?reply=coming")
    guest.send("/reply/", delegate_name="La mairesse (fictive)", delegate_office="mayor", mandate="full")
    guest.sees("La mairesse (fictive)")
    guest.page.context.close()
    reply_by_account(scene, "subject_to_council")


def test_5_answers_are_sealed_until_all_have_answered(scene: Scene) -> None:
    guest = scene.phone()
    guest.answer_all(scene.links[POINTE] + "questions/1/")
    guest.page.context.close()
    scene.focal.go(f"/meetings/cases/{scene.key}/answers/")
    scene.focal.sees("sealed")
    assert scene.focal.page.get_by_text("not enough staff").count() == 0
    for hands in (scene.escuminac, scene.focal):
        hands.go(f"/meetings/cases/{scene.key}/answers/")
        first = hands.page.locator("main a[href*='/answers/'][href$='/1/']").first.get_attribute("href")
        assert first
        hands.answer_all(first)
    scene.focal.go(f"/meetings/cases/{scene.key}/answers/")
    scene.focal.sees("not enough staff")


def test_6_the_informal_meeting_is_held_and_a_late_municipality_joins(scene: Scene) -> None:
    hold(scene)
    focal = scene.focal
    focal.go(scene.case + "partners/?q=")
    focal.page.get_by_role("checkbox", name=re.compile("Heron Bay")).check()
    focal.page.get_by_role("button", name=re.compile("Choose the ticked")).click()
    focal.sees("1 municipality is chosen.")
    log(scene, "Heron Bay", "open")
    focal.go(scene.desk)
    focal.send("/new-version/")
    soon = dt.datetime.now(EAST).date()
    focal.send("/common/", what_changed="Heron Bay joins.", answer_by=f"{soon + dt.timedelta(days=20)}")
    state_benefits(scene, "Heron Bay")
    focal.go(f"/meetings/plan/{scene.key}/informal/")
    focal.send(date=f"{workday(soon + dt.timedelta(days=45))}", time="13:30", place="Town hall, Heron Bay")
    approve(scene)
    late = scene.letter(HERON_BAY, "a proposal, and an informal meeting")
    assert re.search(r"13:30 to .*time in Moncton", late.text)
    again = scene.letter(POINTE, "réunion informelle le")
    assert re.search(r"de 12:30 à .*Toronto", again.text)


def test_7_the_newcomer_answers_for_itself_and_a_second_meeting_is_held(scene: Scene) -> None:
    newcomer = scene.newcomer()
    newcomer.go(f"/meetings/cases/{scene.key}/answers/")
    newcomer.sees("sealed")
    assert newcomer.page.get_by_text("not enough staff").count() == 0
    newcomer.answer_all(newcomer.path("/1/"))
    hold(scene)


def test_8_a_goal_by_name_and_attitudes_by_area(scene: Scene) -> None:
    focal, guest = scene.focal, scene.phone()
    focal.go(f"/meetings/cases/{scene.key}/expectations/goal/")
    focal.send(text="One card opens every library on the river.")
    guest.go(scene.links[POINTE] + "expectations/goal/word/")
    guest.send(agrees="yes", name="La mairesse (fictive)")
    guest.sees("La mairesse (fictive)")
    guest.go(scene.links[POINTE] + "attitude/")
    area = guest.page.locator("input[type=radio][value=conditional]").last.get_attribute("name")
    assert area
    guest.send(value="conditional", conditions="Le catalogue est aussi en français.", **{area: "conditional"})
    guest.page.context.close()
    for hands in (scene.lead, scene.escuminac, scene.newcomer()):
        hands.go(f"/meetings/cases/{scene.key}/attitudes/")
        hands.go(hands.own_attitude())
        for radio in hands.page.locator("input[type=radio][value=positive]").all():
            radio.check()
        hands.send()


def test_9_the_formal_meeting_has_four_outcomes(scene: Scene) -> None:
    focal, lead = scene.focal, scene.lead
    scene.listen()
    lead.go(f"/meetings/plan/{scene.key}/formal/")
    lead.send(place="Council chamber, Campbellton")
    letter = scene.letter(ESCUMINAC, "réunion formelle")
    assert letter.calendar()["METHOD"] == "REQUEST"
    assert "Toronto" in letter.text
    formal = scene.formal = meeting_of(scene)
    move_to_today(scene)
    focal.go(formal + "record/")
    seat_all(focal, {"Escuminac": "subject_to_council"})
    focal.go(formal + "live/")
    note = focal.page.locator("form[data-autosave] textarea").first
    note.fill("Pointe-à-la-Croix : un seul catalogue, deux langues.")
    with focal.page.expect_response(re.compile(r"/live/\d+/$")):
        note.blur()
    focal.go(formal + "outcomes/")
    focal.send("/objectives/", **{"objective-text": "Every book on the river in one catalogue"})
    for _area in range(2):
        focal.open_details("/outcomes/areas/")
        form = focal.form("/outcomes/areas/")
        form.locator("[name='area-area']").select_option(index=1)
        form.locator("[name='area-objective']").select_option(index=1)
        focal.send("/outcomes/areas/")
    votes = focal.page.locator("select[name$='-vote']")
    for vote in votes.all():
        vote.select_option("yes")
    votes.nth(0).select_option("yes_if")
    focal.page.locator("[name$='-condition']").nth(0).fill("the study asks the readers")
    votes.nth(1).select_option("abstain")
    focal.page.locator("[name$='-dissent']").nth(1).fill("Our council has not read it.")
    focal.send("/decisions/")
    due = dt.datetime.now(EAST).date() + dt.timedelta(days=120)
    focal.open_details("/outcomes/steps/")
    form = focal.form("/outcomes/steps/")
    form.locator("[name='step-owner']").select_option(label="Heron Bay")
    focal.send(
        "/outcomes/steps/",
        **{"step-action": "Count the books", "step-owner_name": "The mayor", "step-due": f"{due}"},
    )
    lead.go(formal + "outcomes/")
    lead.open_details("/outcomes/close/")
    lead.send("/outcomes/close/", override="All four are in the room and accept the shorter notice.")
    assert "agree to cooperate" not in lead.page.content()


def test_10_minutes_are_objected_to_renewed_agreed_and_ratified(scene: Scene) -> None:
    focal = scene.focal
    focal.go(scene.formal + "minutes/")
    focal.send("/minutes/begin/")
    send_minutes(scene)
    guest = scene.phone()
    assert "minutes" in scene.letter(POINTE).text
    guest.go(scene.links[POINTE] + "minutes/")
    guest.send(voice="objects", text="Il manque la condition sur le français.", name="La mairesse (fictive)")
    focal.go(scene.formal + "minutes/")
    focal.send("/renew/")
    focal.go(scene.formal + "minutes/")
    focal.follow("/edit/")
    focal.send(what_changed="The condition on French stands where it was said.")
    send_minutes(scene)
    guest.go(scene.links[POINTE] + "minutes/")
    guest.send(voice="agrees", name="La mairesse (fictive)")
    guest.page.context.close()
    for hands in (scene.escuminac, scene.newcomer(), scene.lead):
        hands.go(scene.formal + "minutes/")
        hands.follow("/words/")
        hands.send(voice="agrees", name="The mayor (fictitious)")
    scene.escuminac.go(scene.formal + "minutes/")
    scene.escuminac.follow("/councils/")
    today = dt.datetime.now(WEST).date()
    scene.escuminac.send(ratified="yes", resolution="2026-114", resolved_on=f"{today}")


def test_11_the_package_is_handed_over_and_confirmed(scene: Scene) -> None:
    focal = scene.focal
    focal.go(f"/meetings/cases/{scene.key}/hand-over/")
    scene.listen()
    focal.send("/hand-over/make/")
    focal.go(f"/meetings/cases/{scene.key}/hand-over/")
    focal.follow("/meetings/packages/")
    focal.send("/receivers/", name="Noa Study", role="office for studies", email=STUDY, language="en")
    letter = scene.letter(STUDY, TITLE)
    guest = Hands(scene.portal.page())
    link = re.search(r"/p/[\w-]+/package/", letter.text)
    assert link
    guest.go(link.group())
    with guest.page.expect_download() as download:
        guest.page.locator("form[action$='/fetch/'] button").click()
    archive = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    told = json.dumps(json.loads(archive.read("case.json")), ensure_ascii=False)
    for words in ("the study asks the readers", "Our council has not read it.", "Il manque la condition"):
        assert words in told
    guest.go(link.group())
    guest.send("/confirm/", name="Noa Study (fictitious)", remark="Received whole.")
    guest.page.context.close()
    focal.page.reload()
    focal.sees("Received whole.")
    newcomer = scene.newcomer()
    newcomer.go("/meetings/steps/")
    newcomer.sees("Count the books")
    focal.go(scene.case)
    focal.sees("handed over")
