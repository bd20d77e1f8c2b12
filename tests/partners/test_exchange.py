"""Offers and requests: nobody else sees one before the curator has; each state tells its own people."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail, User
from imc_portal.core.problems import Refusal, Stale
from partners.models import Listing, Membership, Municipality
from partners.services import exchange
from tests import makers
from tests.partners.pages import client_of, page

pytestmark = pytest.mark.django_db
State = Listing.State
SECRET = "SECRET-WORDS-NOBODY-HAS-CHECKED"
LIST = "/exchange/"
TYPED = {
    "kind": "offer",
    "function": "ECO-ROA",
    "title": "A plough with its driver",
    "text": "Free from Monday to Wednesday.",
    "capacity": "three days a week",
    "partners_wanted": "2",
}


@pytest.fixture
def town() -> Municipality:
    return makers.make_municipality("Arlay", region="27", county="39")


@pytest.fixture
def focal(town: Municipality) -> User:
    return makers.make_member(town, name="Focal of Arlay")


@pytest.fixture
def other() -> User:
    return makers.make_member(makers.make_municipality("Bracon", region="27", county="39"))


@pytest.fixture
def curator() -> User:
    return makers.make_user("Curator", is_staff=True)


def reads_french(user: User) -> None:
    user.language = "fr"
    user.save(update_fields=["language"])


def post(user: User, name: str, listing: Listing, **data: str) -> str:
    """Post a command and read the page it leads to."""
    client = client_of(user)
    answer = client.post(
        reverse(f"partners:{name}", args=[listing.pk]),
        data,
        headers={"referer": "http://testserver/exchange/"},
    )
    assert answer.status_code == 302
    return client.get(answer.headers["Location"]).content.decode()


# --- from draft to published ---------------------------------------------------------------------------


def test_from_the_form_to_the_list(town: Municipality, focal: User, other: User, curator: User) -> None:
    answer = client_of(focal).post(
        reverse("partners:listing_create"), TYPED | {"municipality": town.pk, "then": "submit"}
    )
    reads_french(focal)
    listing = Listing.objects.get()
    assert answer.headers["Location"] == listing.get_absolute_url()
    assert (listing.state, listing.created_by, listing.municipality) == (State.SUBMITTED, focal, town)
    assert TYPED["title"] not in page(other, LIST)
    queue = page(curator, reverse("partners:listing_check"))
    assert TYPED["text"] in queue
    told = post(curator, "listing_publish", listing, seen=exchange.seen_mark(listing))
    assert "Nothing waits for your check" in told
    listing.refresh_from_db()
    assert (listing.state, listing.checked_by) == (State.PUBLISHED, curator)
    assert TYPED["title"] in page(other, LIST)
    assert TYPED["text"] in page(other, listing.get_absolute_url())
    mail = OutgoingEmail.objects.get()
    assert (mail.to_address, mail.language) == (focal.email, "fr")
    assert f"http://testserver/exchange/{listing.pk}/" in mail.text


def test_a_draft_stays_inside(town: Municipality, focal: User, other: User, curator: User) -> None:
    data = TYPED | {"municipality": str(town.pk), "text": SECRET}
    client_of(focal).post(reverse("partners:listing_create"), data)
    listing = Listing.objects.get()
    assert listing.state == State.DRAFT
    reader = makers.make_member(town, "reader")
    assert SECRET in page(reader, listing.get_absolute_url())
    for user in (other, curator, makers.make_user(), makers.make_body_member(makers.make_body())):
        assert client_of(user).get(listing.get_absolute_url()).status_code == 404
    post(focal, "listing_submit", listing)
    assert SECRET in page(curator, listing.get_absolute_url())
    assert client_of(other).get(listing.get_absolute_url()).status_code == 404


def test_one_is_returned_with_a_reason_in_the_language_of_its_author(focal: User, curator: User) -> None:
    reads_french(focal)
    listing = makers.make_listing(state=State.SUBMITTED, created_by=focal, title="Camion")
    seen = exchange.seen_mark(listing)
    assert "Say what to change" in post(curator, "listing_return", listing, seen=seen, reason=" ")
    assert "At most 500" in post(curator, "listing_return", listing, seen=seen, reason="x" * 501)
    listing.refresh_from_db()
    assert listing.state == State.SUBMITTED
    assert not OutgoingEmail.objects.exists()
    post(curator, "listing_return", listing, seen=seen, reason="Leave out the name of the driver.")
    listing.refresh_from_db()
    assert (listing.state, listing.check_note) == (State.RETURNED, "Leave out the name of the driver.")
    mail = OutgoingEmail.objects.get()
    assert mail.language == "fr"
    assert "Leave out the name of the driver." in mail.text
    assert AuditEntry.objects.get(verb="returned an offer or a request").reason == listing.check_note


def test_the_author_changes_and_sends_it_again(town: Municipality, focal: User) -> None:
    listing = makers.make_listing(town, state=State.RETURNED, check_note="Shorter", created_by=focal)
    assert "Shorter" in page(focal, listing.get_absolute_url())
    url = reverse("partners:listing_edit", args=[listing.pk])
    client_of(focal).post(url, TYPED)
    listing.refresh_from_db()
    assert (listing.state, listing.title, listing.check_note) == (State.RETURNED, TYPED["title"], "Shorter")
    client_of(focal).post(url, TYPED | {"then": "submit"})
    listing.refresh_from_db()
    assert (listing.state, listing.check_note, listing.checked_by) == (State.SUBMITTED, "", None)


def test_a_changed_one_is_hidden_until_it_is_checked_again(
    town: Municipality, focal: User, other: User, curator: User
) -> None:
    listing = makers.make_listing(town, title="Our lorry")
    assert "Our lorry" in page(other, LIST)
    url = reverse("partners:listing_edit", args=[listing.pk])
    assert "until the curator has published it again" in page(focal, url)
    client_of(focal).post(url, TYPED | {"title": "Our lorry", "text": SECRET})
    listing.refresh_from_db()
    assert (listing.state, listing.checked_by, listing.checked_at) == (State.SUBMITTED, None, None)
    assert "Our lorry" not in page(other, LIST)
    assert client_of(other).get(listing.get_absolute_url()).status_code == 404
    assert SECRET in page(curator, reverse("partners:listing_check"))


def test_a_curator_publishes_only_the_text_that_was_read(
    town: Municipality, focal: User, curator: User
) -> None:
    listing = makers.make_listing(town, state=State.SUBMITTED)
    seen = exchange.seen_mark(listing)
    client_of(focal).post(
        reverse("partners:listing_edit", args=[listing.pk]), TYPED | {"text": SECRET, "title": "Changed"}
    )
    for name in ("listing_publish", "listing_return"):
        told = post(curator, name, listing, seen=seen, reason="x")
        assert "was changed meanwhile" in told
        listing.refresh_from_db()
        assert listing.state == State.SUBMITTED
    with pytest.raises(Stale):
        exchange.publish(listing=listing, seen="", actor=Actor.person(curator))
    assert not OutgoingEmail.objects.exists()


def test_the_database_itself_refuses_what_nobody_checked(town: Municipality) -> None:
    listing = makers.make_listing(town, state=State.SUBMITTED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(state=State.PUBLISHED)


# --- who may -----------------------------------------------------------------------------------------------


def test_only_its_own_writers_change_it_and_only_curators_check(
    town: Municipality, other: User, curator: User
) -> None:
    listing = makers.make_listing(town)
    reader = makers.make_member(town, "reader")
    for user in (other, curator, reader):
        client = client_of(user)
        assert client.get(reverse("partners:listing_edit", args=[listing.pk])).status_code == 403
        for name in ("listing_submit", "listing_close"):
            url = reverse(f"partners:{name}", args=[listing.pk])
            assert client.post(url, {"because": "enough"}).status_code == 403
    waiting = makers.make_listing(town, state=State.SUBMITTED)
    lead = makers.make_member(town, "lead")
    for name in ("listing_publish", "listing_return"):
        url = reverse(f"partners:{name}", args=[waiting.pk])
        assert client_of(lead).post(url, {"seen": exchange.seen_mark(waiting)}).status_code == 403
        assert client_of(other).post(url).status_code == 404
    assert client_of(lead).get(reverse("partners:listing_check")).status_code == 403


def test_nobody_writes_for_another_municipality(focal: User, other: User) -> None:
    theirs = other.memberships.get().municipality
    assert theirs is not None
    data = TYPED | {"municipality": theirs.pk}
    assert client_of(focal).post(reverse("partners:listing_create"), data).status_code == 422
    assert not Listing.objects.exists()


def test_who_holds_no_seat_sees_nothing() -> None:
    makers.make_listing(title="Our lorry")
    nobody = makers.make_user()
    assert "Our lorry" not in page(nobody, LIST)
    assert "No offers and requests to see" in page(nobody, LIST)
    assert client_of(nobody).get(Listing.objects.get().get_absolute_url()).status_code == 404


# --- closing and running out ------------------------------------------------------------------------------


def test_enough_partners_closes_it(town: Municipality, focal: User, other: User) -> None:
    listing = makers.make_listing(town, title="Our lorry")
    post(focal, "listing_close", listing, because="enough")
    listing.refresh_from_db()
    assert (listing.state, listing.closed_because) == (State.CLOSED, "enough")
    assert "Our lorry" not in page(other, LIST)
    assert "enough partners found" in page(other, listing.get_absolute_url())
    for name, words in (("listing_close", "cannot be done now"), ("listing_submit", "cannot be done now")):
        assert words in post(focal, name, listing, because="withdrawn")
    assert client_of(focal).get(reverse("partners:listing_edit", args=[listing.pk])).status_code == 302
    assert "enough partners found" in page(focal, f"{LIST}?whose=ours")


@pytest.mark.parametrize("because", ["", "because", "x" * 600])
def test_closing_says_why(because: str, town: Municipality, focal: User) -> None:
    listing = makers.make_listing(town)
    assert "Say why it is closed" in post(focal, "listing_close", listing, because=because)
    listing.refresh_from_db()
    assert listing.state == State.PUBLISHED


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.RETURNED])
def test_what_was_closed_unchecked_stays_unseen(
    state: str, town: Municipality, focal: User, other: User
) -> None:
    note = "x" if state == State.RETURNED else ""
    listing = makers.make_listing(town, state=state, check_note=note, text=SECRET)
    post(focal, "listing_close", listing, because="withdrawn")
    assert client_of(other).get(listing.get_absolute_url()).status_code == 404


def test_one_that_was_changed_and_then_closed_stays_unseen(
    town: Municipality, focal: User, other: User
) -> None:
    listing = makers.make_listing(town)
    client_of(focal).post(reverse("partners:listing_edit", args=[listing.pk]), TYPED | {"text": SECRET})
    post(focal, "listing_close", listing, because="withdrawn")
    assert client_of(other).get(listing.get_absolute_url()).status_code == 404


def test_after_its_last_day_it_is_no_longer_listed_and_says_so(
    town: Municipality, focal: User, other: User
) -> None:
    today = timezone.localdate()
    makers.make_listing(town, title="Until today", valid_until=today)
    gone = makers.make_listing(town, title="Until yesterday", valid_until=today - dt.timedelta(days=1))
    listed = page(other, LIST)
    assert "Until today" in listed
    assert "Until yesterday" not in listed
    assert "takes no new interest" in page(other, gone.get_absolute_url())
    assert "expired" in page(focal, f"{LIST}?whose=ours")
    late = makers.make_listing(town, state=State.DRAFT, valid_until=today - dt.timedelta(days=1))
    with pytest.raises(Refusal, match="last day has passed"):
        exchange.submit(listing=late, actor=Actor.person(focal))


# --- the form -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": "x" * 121}, "at most 120"),
        ({"text": "x" * 2001}, "at most 2000"),
        ({"text": ""}, "required"),
        ({"function": "NO-SUCH"}, "valid choice"),
        ({"kind": "gift"}, "valid choice"),
        ({"mode": "gift"}, "valid choice"),
        ({"partners_wanted": "0"}, "Between 1 and 500"),
        ({"partners_wanted": "-3"}, "greater than or equal to 0"),
        ({"partners_wanted": "9" * 30}, "Between 1 and 500"),
        ({"valid_until": "2020-01-01"}, "This day has passed"),
        ({"valid_until": "2027-02-30"}, "valid date"),
        ({"municipality": "9" * 30}, "valid choice"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    wrong: dict[str, str], words: str, town: Municipality, focal: User
) -> None:
    User.objects.filter(pk=focal.pk).update(language="en")
    data = TYPED | {"municipality": str(town.pk)} | wrong
    answer = client_of(focal).post(reverse("partners:listing_create"), data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert TYPED["capacity"] in text
    assert not Listing.objects.exists()


def as_the_page_has_it(text: str) -> dict[str, str]:
    """Hidden fields with the values that the page itself sends."""
    return dict(re.findall(r'<input type="hidden" name="(municipality)" value="([^"]+)"', text))


def test_the_page_itself_names_the_only_municipality(town: Municipality, focal: User) -> None:
    hidden = as_the_page_has_it(page(focal, reverse("partners:listing_create")))
    assert hidden == {"municipality": str(town.pk)}
    assert client_of(focal).post(reverse("partners:listing_create"), TYPED | hidden).status_code == 302
    listing = makers.make_listing()
    assert as_the_page_has_it(page(focal, reverse("partners:interest_create", args=[listing.pk]))) == hidden


def test_who_writes_for_two_chooses(town: Municipality, focal: User, other: User) -> None:
    theirs = other.memberships.get().municipality
    assert theirs is not None
    Membership.objects.create(user=focal, municipality=theirs, role="lead")
    text = page(focal, reverse("partners:listing_create"))
    assert as_the_page_has_it(text) == {}
    assert all(f'<option value="{place.pk}">' in text for place in (town, theirs))
    listing = makers.make_listing(theirs)
    hidden = as_the_page_has_it(page(focal, reverse("partners:interest_create", args=[listing.pk])))
    assert hidden == {"municipality": str(town.pk)}


def test_what_people_type_never_becomes_markup(town: Municipality, focal: User, other: User) -> None:
    evil = "<script>alert(1)</script>"
    listing = makers.make_listing(town, title=evil, text=evil)
    for url in (LIST, listing.get_absolute_url()):
        assert evil not in page(other, url)
