"""Pages of the seven questions: by account, typed by the host, by personal link; and what the seal hides."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import links
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, PersonalLink
from meetings.models import Answer, ClarificationRound
from meetings.services import answers
from partners.models import Participant
from tests.meetings import scenes

SECRET = "Our treasurer left and nobody may know"


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    made = scenes.make_scene()
    scenes.call_informal(made)
    return made


def board(scene: scenes.Scene) -> str:
    return reverse("meetings:answers", args=[scene.case.pk])


def screen(scene: scenes.Scene, who: Participant, number: int = 1) -> str:
    return reverse("meetings:answer", args=[scene.case.pk, who.pk, number])


def cell(who: Participant, number: int = 1) -> Answer:
    return Answer.objects.get(participant=who, question=number)


def typed(who: Participant, number: int = 1, **values: object) -> dict[str, object]:
    """A posted form for one cell."""
    found = cell(who, number)
    prefix = f"a{found.pk.hex[:8]}"
    data = {"state": "answered", "revision": found.revision, **scenes.COMPLETE[number], **values}
    return {f"{prefix}-{name}": value for name, value in data.items()}


def open_seal() -> None:
    clarification = ClarificationRound.objects.get()
    answers.open_if_due(clarification=clarification, now=clarification.deadline)


# --- the seal on pages ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "sealed", "opened"),
    [
        ("focal", 200, True),
        ("lead", 200, True),
        ("reader", 200, True),
        ("guest", 200, True),
        ("facilitator", 200, True),
        ("observer", 403, False),
        ("stranger", 404, False),
    ],
)
def test_no_page_shows_a_sealed_answer(
    scene: scenes.Scene, client: Client, person: str, sealed: int, opened: bool
) -> None:
    scenes.answer_all(scene, scene.corn, text=SECRET)
    client.force_login(getattr(scene, person))
    pages = [
        board(scene),
        *(screen(scene, who, number) for who in scene.everybody for number in range(1, 8)),
        reverse("meetings:attitudes", args=[scene.case.pk]),
        scene.case.get_absolute_url(),
        reverse("partners:history", args=[scene.case.pk]),
        reverse("meetings:meeting", args=[scene.case.meetings.get().pk]),
        reverse("meetings:record", args=[scene.case.meetings.get().pk]),
        reverse("home"),
    ]
    assert client.get(pages[0]).status_code == sealed
    for page in pages:
        assert SECRET not in client.get(page).content.decode(), page
    open_seal()
    assert (SECRET in client.get(board(scene)).content.decode()) == opened


def test_a_sealed_cell_says_sealed_and_nothing_else(scene: scenes.Scene, client: Client) -> None:
    scenes.answer_all(scene, scene.birk, text=SECRET)
    deferred = scenes.reply_to(
        cell(scene.corn), state="deferred", choice="", owner="Clerk of Corn", due=dt.date(2031, 1, 6)
    )
    answers.save(participant=scene.corn, replies=[deferred], actor=Actor.portal())
    client.force_login(scene.focal)
    page = client.get(board(scene)).content.decode()
    assert page.count(">sealed<") == 14
    assert ">deferred<" not in page
    assert "Clerk of Corn" not in page


def test_a_holder_sees_no_sealed_answer_of_others_and_its_own_always(
    scene: scenes.Scene, client: Client
) -> None:
    scenes.answer_all(scene, scene.corn, text=SECRET)
    scenes.answer_all(scene, scene.birk, text="Our own words")
    token = scenes.link_of(scene.birk)
    address = reverse("personal:question", args=[token, 1])
    for page in (address, reverse("personal:home", args=[token]), reverse("personal:attitude", args=[token])):
        assert SECRET not in client.get(page).content.decode()
    assert "Our own words" in client.get(address).content.decode()
    open_seal()
    assert SECRET in client.get(address).content.decode()


def test_the_page_calls_out_what_is_shared_once_it_is_open(scene: scenes.Scene, client: Client) -> None:
    client.force_login(scene.focal)
    for who in scene.everybody:
        scenes.answer_all(scene, who)
    page = client.get(board(scene)).content.decode()
    assert "The same problem: Alder (3), Birk (3) and Corn (3)." in page
    assert "A common cause: too small (Alder, Birk and Corn)." in page
    assert ": seriously considered by Alder, Birk and Corn." in page
    assert "Next step: ask." in page


# --- by account ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "whose", "status"),
    [
        ("guest", "birk", 302),
        ("guest", "corn", 403),
        ("guest", "alder", 403),
        ("focal", "alder", 302),
        ("focal", "corn", 302),
        ("reader", "alder", 403),
        ("facilitator", "birk", 403),
        ("observer", "birk", 403),
        ("stranger", "birk", 404),
    ],
)
def test_who_may_answer_for_whom(
    scene: scenes.Scene, client: Client, person: str, whose: str, status: int
) -> None:
    client.force_login(getattr(scene, person))
    who = getattr(scene, whose)
    assert client.post(screen(scene, who), typed(who)).status_code == status
    assert cell(who).state == ("answered" if status == 302 else "open")


def test_the_host_is_named_and_never_shown_what_is_sealed(scene: scenes.Scene, client: Client) -> None:
    client.force_login(scene.focal)
    client.post(screen(scene, scene.corn, 4), typed(scene.corn, 4, choice="conditions", text=SECRET))
    assert cell(scene.corn, 4).answered_by == "Anna Alder, for Corn"
    again = client.get(screen(scene, scene.corn, 4)).content.decode()
    assert "Nothing is empty here" in again
    assert SECRET not in again
    forged = client.post(screen(scene, scene.corn, 4), typed(scene.corn, 4, choice="no"))
    assert forged.status_code != 500
    assert cell(scene.corn, 4).choice == "conditions"


def test_buttons_lead_on_back_and_home(scene: scenes.Scene, client: Client) -> None:
    client.force_login(scene.guest)
    for then, target in (
        ("next", screen(scene, scene.birk, 3)),
        ("previous", screen(scene, scene.birk, 1)),
        ("later", board(scene)),
    ):
        data = typed(scene.birk, 2) | {"then": then}
        assert client.post(screen(scene, scene.birk, 2), data).headers["location"] == target


def test_an_unknown_question_or_participant_is_not_found(scene: scenes.Scene, client: Client) -> None:
    client.force_login(scene.focal)
    foreign = scenes.make_scene()
    assert client.get(screen(scene, scene.birk, 8)).status_code == 404
    assert client.get(screen(scene, scene.birk, 0)).status_code == 404
    assert client.get(screen(scene, foreign.birk)).status_code == 404


# --- by personal link -------------------------------------------------------------------------


def test_a_holder_answers_all_seven_one_per_screen(scene: scenes.Scene, client: Client) -> None:
    token = scenes.link_of(scene.birk)
    for number in range(1, 8):
        address = reverse("personal:question", args=[token, number])
        assert client.get(address).status_code == 200
        response = client.post(address, typed(scene.birk, number) | {"then": "next"})
        nxt = (
            reverse("personal:question", args=[token, number + 1])
            if number < 7
            else reverse("personal:home", args=[token])
        )
        assert response.headers["location"] == nxt
    assert not Answer.objects.filter(participant=scene.birk).exclude(state="answered").exists()
    assert cell(scene.birk).answered_by == str(scene.birk.contact)


def test_an_empty_screen_is_passed_over_and_stays_open(scene: scenes.Scene, client: Client) -> None:
    address = reverse("personal:question", args=[scenes.link_of(scene.birk), 1])
    data = typed(scene.birk, 1, choice="") | {"then": "next"}
    assert client.post(address, data).status_code == 302
    assert cell(scene.birk).state == "open"
    assert cell(scene.birk).revision == 0


def test_a_name_and_a_day_alone_mean_later(scene: scenes.Scene, client: Client) -> None:
    address = reverse("personal:question", args=[scenes.link_of(scene.birk), 5])
    data = typed(scene.birk, 5, text="", owner="Clerk", due="2031-01-06")
    assert client.post(address, data).status_code == 302
    assert (cell(scene.birk, 5).state, cell(scene.birk, 5).owner) == ("deferred", "Clerk")


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        (1, {"choice": "9", "text": "Typed"}),
        (4, {"choice": "conditions", "text": ""}),
        (7, {"choice": "against", "text": ""}),
        (1, {"state": "deferred", "choice": "", "owner": "Typed"}),
        (1, {"text": "x" * 2001}),
        (1, {"state": "sealed"}),
        (1, {"revision": "one"}),
        (2, {"due": "someday", "text": "Typed"}),
    ],
)
def test_a_wrong_answer_comes_back_as_typed(
    scene: scenes.Scene, client: Client, number: int, wrong: dict[str, object]
) -> None:
    address = reverse("personal:question", args=[scenes.link_of(scene.birk), number])
    response = client.post(address, typed(scene.birk, number, **wrong))
    assert response.status_code == 422
    if "Typed" in wrong.values():
        assert "Typed" in response.content.decode()
    assert cell(scene.birk, number).state == "open"


def test_a_stale_screen_keeps_what_was_typed(scene: scenes.Scene, client: Client) -> None:
    address = reverse("personal:question", args=[scenes.link_of(scene.birk), 1])
    old = typed(scene.birk, 1, text="Mine")
    client.post(address, typed(scene.birk, 1, text="Hers"))
    response = client.post(address, old)
    assert response.status_code == 422
    assert "Mine" in response.content.decode()
    assert "Somebody else has just answered" in response.content.decode()
    assert cell(scene.birk).text == "Hers"


def test_a_link_answers_for_its_own_municipality_alone(scene: scenes.Scene, client: Client) -> None:
    address = reverse("personal:question", args=[scenes.link_of(scene.birk), 1])
    client.post(address, typed(scene.corn))
    assert cell(scene.corn).state == "open"


def test_links_that_do_not_open_say_so(scene: scenes.Scene, client: Client) -> None:
    token = scenes.link_of(scene.birk)
    address = reverse("personal:question", args=[token, 1])
    assert client.get(reverse("personal:question", args=[token[:-1] + "x", 1])).status_code == 404
    link = PersonalLink.objects.get()
    foreign = links.issue(purpose="other", subject=scene.birk.pk, holder="X", language="en")
    other = reverse("personal:question", args=[links.token_of(foreign), 1])
    assert client.get(other).status_code == 404
    PersonalLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())
    for response in (client.get(address), client.post(address, typed(scene.birk))):
        assert response.status_code == 410
        assert "This link is closed" in response.content.decode()
    assert cell(scene.birk).state == "open"


def test_who_has_left_is_told_by_the_link(scene: scenes.Scene, client: Client) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(state="withdrawn", reason="Elections")
    address = reverse("personal:question", args=[scenes.link_of(scene.birk), 1])
    response = client.post(address, typed(scene.birk))
    assert response.status_code == 410
    assert "no longer takes part" in response.content.decode()
    assert cell(scene.birk).state == "open"


def test_reading_a_question_changes_nothing(scene: scenes.Scene, client: Client) -> None:
    before = AuditEntry.objects.count(), list(Answer.objects.values_list("revision", "state"))
    client.get(reverse("personal:question", args=[scenes.link_of(scene.birk), 1]))
    assert (AuditEntry.objects.count(), list(Answer.objects.values_list("revision", "state"))) == before


# --- queries ----------------------------------------------------------------------------------


def test_the_board_asks_the_same_number_of_queries_for_one_and_three(db: None, client: Client) -> None:
    def prepare(scene: scenes.Scene) -> str:
        scenes.call_informal(scene)
        for who in scene.everybody:
            scenes.answer_all(scene, who)
        return board(scene)

    assert scenes.count_queries(client, 1, prepare) == scenes.count_queries(client, 3, prepare)
