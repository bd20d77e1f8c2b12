"""Receivers of a package: named, written to, reminded, revoked; and what they do by a link of their own."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import links
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail, PersonalLink
from imc_portal.core.problems import Refusal
from meetings.models import HandOver, HandOverReceiver
from meetings.services import receivers
from partners.models import Case
from tests.meetings import packages, scenes

LENA = receivers.Named("Lena Law", "legal service of the district", "Lena@district.example", "fr")


@pytest.fixture
def scene(db: None) -> scenes.Scene:
    made = scenes.make_scene()
    Case.objects.filter(pk=made.case.pk).update(state="handed_over")
    made.case.refresh_from_db()
    return made


@pytest.fixture
def package(scene: scenes.Scene) -> HandOver:
    return packages.put(scene)


@pytest.fixture
def receiver(scene: scenes.Scene, package: HandOver) -> HandOverReceiver:
    actor = Actor.person(scene.focal)
    return receivers.name_receiver(package=package, named=LENA, actor=actor)


def token_of(receiver: HandOverReceiver) -> str:
    link = receivers.link_of(receiver)
    assert link is not None
    return links.token_of(link)


def by_link(receiver: HandOverReceiver, name: str = "package") -> str:
    return reverse(f"personal:{name}", args=[token_of(receiver)])


def test_a_named_receiver_gets_a_letter_with_a_link_of_its_own(receiver: HandOverReceiver) -> None:
    letter, link = receiver.message, receivers.link_of(receiver)
    assert letter is not None
    assert link is not None
    assert (link.purpose, link.subject) == ("receiver", receiver.pk)
    assert (letter.to_address, letter.language) == ("lena@district.example", "fr")
    assert f"{links.PLACEHOLDER}package/" in letter.text
    assert f"{links.PLACEHOLDER}package/" in letter.html
    assert receiver.package.sha256 in letter.text


def test_an_address_is_named_once_for_a_package(scene: scenes.Scene, receiver: HandOverReceiver) -> None:
    with pytest.raises(Refusal, match="already"):
        receivers.name_receiver(package=receiver.package, named=LENA, actor=Actor.person(scene.focal))
    assert HandOverReceiver.objects.count() == 1
    assert OutgoingEmail.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "A", "role": "B", "email": "nobody", "language": "en"},
        {"name": "A\0", "role": "B", "email": "a@b.example", "language": "en"},
        {"name": "A", "role": "B", "email": "a@b.example", "language": "xx"},
        {"name": "A" * 151, "role": "B", "email": "a@b.example", "language": "en"},
        {"name": " ", "role": "B", "email": "a@b.example\nBcc: c@d.example", "language": "en"},
    ],
)
def test_a_bad_receiver_is_told_and_nothing_is_kept(
    scene: scenes.Scene, package: HandOver, client: Client, data: dict[str, str]
) -> None:
    client.force_login(scene.focal)
    response = client.post(reverse("meetings:receiver_add", args=[package.pk]), data)
    assert response.status_code in (400, 422)  # 400: a NUL byte gets no further
    assert not HandOverReceiver.objects.exists()
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize(
    ("person", "page", "act"),
    [("lead", 200, 302), ("focal", 200, 302), ("reader", 200, 403), ("facilitator", 200, 403)]
    + [(who, 404, 404) for who in ("guest_lead", "observer", "stranger")],
)
def test_who_names_receivers(
    scene: scenes.Scene, package: HandOver, client: Client, person: str, page: int, act: int
) -> None:
    client.force_login(getattr(scene, person))
    data = {"name": "Lena", "role": "lawyer", "email": "l@x.example", "language": "en"}
    assert client.get(reverse("meetings:receivers", args=[package.pk])).status_code == page
    assert client.post(reverse("meetings:receiver_add", args=[package.pk]), data).status_code == act
    assert HandOverReceiver.objects.count() == (1 if act == 302 else 0)


def test_looking_and_downloading_change_nothing(receiver: HandOverReceiver, client: Client) -> None:
    page = client.get(by_link(receiver))
    assert page.status_code == 200
    assert receiver.package.sha256 in page.content.decode()
    assert page.headers["content-language"] == "fr"
    assert "no-store" in page.headers["cache-control"]
    file = client.get(by_link(receiver, "package_file"))
    assert file.headers["x-checksum-sha256"] == receiver.package.sha256
    receiver.refresh_from_db()
    assert receiver.fetched_at is None
    assert receiver.confirmed_at is None


def test_fetching_is_noted_once(receiver: HandOverReceiver, client: Client) -> None:
    for _time in range(2):
        response = client.post(by_link(receiver, "package_fetch"))
        assert response.headers["location"] == by_link(receiver, "package_file")
    receiver.refresh_from_db()
    assert receiver.fetched_at is not None
    assert AuditEntry.objects.filter(verb="fetched the package").count() == 1


def test_confirming_is_by_name_and_once(receiver: HandOverReceiver, client: Client) -> None:
    address = by_link(receiver, "package_confirm")
    assert client.post(address, {"name": " "}).status_code == 422
    assert client.post(address, {"name": "Lena Law", "remark": "We begin on Monday"}).status_code == 302
    assert client.post(address, {"name": "Somebody else", "remark": "No"}).status_code == 409
    receiver.refresh_from_db()
    assert (receiver.confirmed_by, receiver.remark) == ("Lena Law", "We begin on Monday")
    entry = AuditEntry.objects.get(verb="confirmed the package")
    assert entry.after["sha256"] == receiver.package.sha256
    assert "Somebody else" not in client.get(by_link(receiver)).content.decode()


@pytest.mark.parametrize(
    "data",
    [{}, {"name": "x\0"}, {"name": "n" * 151}, {"name": "x", "remark": "r" * 1001}, {"name": ["a", ""]}],
)
def test_a_bad_confirmation_confirms_nothing(
    receiver: HandOverReceiver, client: Client, data: dict[str, object]
) -> None:
    assert client.post(by_link(receiver, "package_confirm"), data).status_code in (400, 422)
    receiver.refresh_from_db()
    assert receiver.confirmed_at is None


NAMES = ("package", "package_fetch", "package_confirm", "package_file")


@pytest.mark.parametrize("name", NAMES)
def test_expired_revoked_altered_and_foreign_links_do_not_open(
    scene: scenes.Scene, receiver: HandOverReceiver, client: Client, name: str
) -> None:
    ask = client.get if name in ("package", "package_file") else client.post
    token = token_of(receiver)
    assert ask(reverse(f"personal:{name}", args=[token[:-1] + "x"])).status_code == 404
    assert ask(reverse(f"personal:{name}", args=[scenes.link_of(scene.birk)])).status_code == 404
    PersonalLink.objects.filter(subject=receiver.pk).update(expires_at=timezone.now())
    assert ask(reverse(f"personal:{name}", args=[token])).status_code == 410
    PersonalLink.objects.filter(subject=receiver.pk).update(
        expires_at=timezone.now() + dt.timedelta(days=9), revoked_at=timezone.now()
    )
    assert ask(reverse(f"personal:{name}", args=[token])).status_code == 410
    receiver.refresh_from_db()
    assert receiver.fetched_at is None
    assert receiver.confirmed_at is None


@pytest.mark.parametrize("name", ["home", "document", "attitude"])
def test_a_receivers_link_opens_nothing_of_the_talks(
    receiver: HandOverReceiver, client: Client, name: str
) -> None:
    assert client.get(by_link(receiver, name)).status_code == 404


def test_a_link_whose_receiver_is_gone_is_unknown(db: None, client: Client) -> None:
    link = links.issue(purpose="receiver", subject=uuid.uuid4(), holder="x", language="en")
    assert client.get(reverse("personal:package", args=[links.token_of(link)])).status_code == 404


def test_a_damaged_package_is_not_handed_out_by_link(receiver: HandOverReceiver, client: Client) -> None:
    packages.stored(receiver.package.file_name).write_bytes(b"forged")
    response = client.get(by_link(receiver, "package_file"))
    assert response.status_code == 503
    assert response.headers["content-type"].startswith("text/html")


def test_a_reminder_goes_once_a_day_and_to_nobody_who_confirmed(
    scene: scenes.Scene, receiver: HandOverReceiver
) -> None:
    actor, tomorrow = Actor.person(scene.focal), timezone.now() + dt.timedelta(days=1, hours=1)
    with pytest.raises(Refusal, match="within a day"):
        receivers.remind(receiver=receiver, actor=actor)
    receivers.remind(receiver=receiver, actor=actor, now=tomorrow)
    with pytest.raises(Refusal, match="within a day"):
        receivers.remind(receiver=receiver, actor=actor, now=tomorrow)
    assert OutgoingEmail.objects.filter(key__contains="reminder").count() == 1
    receivers.confirm(receiver=receiver, name="Lena", remark="", actor=actor)
    with pytest.raises(Refusal, match="confirmed already"):
        receivers.remind(receiver=receiver, actor=actor, now=tomorrow + dt.timedelta(days=1))


def test_a_revoked_link_says_so_and_stops_what_has_not_left(
    scene: scenes.Scene, receiver: HandOverReceiver, client: Client
) -> None:
    client.force_login(scene.focal)
    address = reverse("meetings:receiver_revoke", args=[receiver.pk])
    client.post(address, {"reason": " "})
    assert PersonalLink.objects.get(subject=receiver.pk).revoked_at is None
    client.post(address, {"reason": "Wrong address"})
    assert PersonalLink.objects.get(subject=receiver.pk).revoked_at is not None
    assert OutgoingEmail.objects.get().state == "cancelled"
    page = client.get(reverse("meetings:receivers", args=[receiver.package_id])).content.decode()
    assert "link closed" in page
    client.post(reverse("meetings:receiver_remind", args=[receiver.pk]))
    assert OutgoingEmail.objects.count() == 1


def test_strangers_neither_remind_nor_revoke(
    scene: scenes.Scene, receiver: HandOverReceiver, client: Client
) -> None:
    for who, status in ((scene.stranger, 404), (scene.guest_lead, 404), (scene.reader, 403)):
        client.force_login(who)
        for name in ("receiver_remind", "receiver_revoke"):
            address = reverse(f"meetings:{name}", args=[receiver.pk])
            assert client.post(address, {"reason": "x"}).status_code == status
    assert PersonalLink.objects.get(subject=receiver.pk).revoked_at is None


def test_the_page_asks_the_same_number_of_queries_for_one_and_three(
    scene: scenes.Scene, receiver: HandOverReceiver, client: Client
) -> None:
    client.force_login(scene.focal)
    address = reverse("meetings:receivers", args=[receiver.package_id])
    client.get(address)
    one = scenes.queries_of(client, address)
    for number in range(2):
        named = receivers.Named("R", "r", f"r{number}@x.example", "en")
        receivers.name_receiver(package=receiver.package, named=named, actor=Actor.person(scene.focal))
    assert scenes.queries_of(client, address) == one


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_one_moment_confirm_once() -> None:
    made = scenes.make_scene()
    named = receivers.name_receiver(package=packages.put(made), named=LENA, actor=Actor.person(made.focal))
    refused: list[str] = []

    def click(name: str) -> None:
        try:
            receivers.confirm(receiver=named, name=name, remark="", actor=Actor.portal())
        except Refusal as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=[name]) for name in ("One", "Two", "Three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 2
    assert AuditEntry.objects.filter(verb="confirmed the package").count() == 1
