"""Interest in an offer or a request: between two municipalities, and nobody else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail, User
from imc_portal.core.problems import Refusal
from partners.models import Interest, Listing, Membership
from partners.services import interests
from tests import makers
from tests.partners.pages import client_of, page

pytestmark = pytest.mark.django_db
SECRET = "SECRET-WHY-THIS-INTERESTS-US"
REPLY = "SECRET-REPLY-TO-THEM"
TYPED = {
    "why": SECRET,
    "brings": "One driver",
    "timing": "this_year",
    "contact_name": "Secretary of Bracon",
    "contact_email": "secretary@bracon.example",
}


@pytest.fixture
def owner() -> User:
    return makers.make_member(makers.make_municipality("Arlay"), name="Focal of Arlay")


@pytest.fixture
def sender() -> User:
    return makers.make_member(makers.make_municipality("Bracon"), name="Focal of Bracon")


@pytest.fixture
def third() -> User:
    return makers.make_member(makers.make_municipality("Cernans"))


@pytest.fixture
def listing(owner: User) -> Listing:
    return makers.make_listing(owner.memberships.get().municipality, title="Our lorry", created_by=owner)


def express(user: User, listing: Listing, **typed: str) -> Client:
    client = client_of(user)
    url = reverse("partners:interest_create", args=[listing.pk])
    mine = user.memberships.first()
    assert mine is not None
    data = TYPED | {"municipality": str(mine.municipality_id)} | typed
    client.last = client.post(url, data)  # type: ignore[attr-defined]  # handed on to the test
    return client


def post(user: User, name: str, interest: Interest, **data: str) -> str:
    client = client_of(user)
    answer = client.post(reverse(f"partners:{name}", args=[interest.pk]), data)
    assert answer.status_code == 302
    return client.get(answer.headers["Location"]).content.decode()


# --- the way there and back ---------------------------------------------------------------------------------


def test_interest_reaches_the_owner_and_its_answer_comes_back(
    owner: User, sender: User, listing: Listing
) -> None:
    lead = makers.make_member(listing.municipality, "lead")
    express(sender, listing)
    interest = Interest.objects.get()
    assert (interest.state, interest.sent_by, str(interest.municipality)) == ("sent", sender, "Bracon")
    mail = OutgoingEmail.objects.get()
    assert (mail.to_address, mail.reply_to) == (owner.email, TYPED["contact_email"])
    assert SECRET in mail.text
    assert f"http://testserver/exchange/{listing.pk}/" in mail.text
    seen = page(lead, listing.get_absolute_url())
    assert SECRET in seen
    assert "Let us talk" in seen
    post(owner, "interest_answer", interest, state="welcome", reply="Come on Thursday.")
    interest.refresh_from_db()
    assert (interest.state, interest.reply) == ("welcome", "Come on Thursday.")
    back = OutgoingEmail.objects.get(to_address=sender.email)
    assert "Arlay would like to talk with you about “Our lorry”." in back.text
    assert "Come on Thursday." in back.text
    assert "Come on Thursday." in page(sender, listing.get_absolute_url())
    verbs = AuditEntry.objects.filter(context=f"interest:{interest.pk}").values_list("verb", flat=True)
    assert set(verbs) == {"expressed interest", "answered an expression of interest"}


def test_not_this_time(owner: User, sender: User, listing: Listing) -> None:
    interest = makers.make_interest(listing, sender)
    post(owner, "interest_answer", interest, state="declined", reply="")
    interest.refresh_from_db()
    assert (interest.state, interest.reply) == ("declined", "")
    assert "not this time" in OutgoingEmail.objects.get(to_address=sender.email).text
    told = post(owner, "interest_answer", interest, state="welcome")
    assert "no longer open" in told
    interest.refresh_from_db()
    assert interest.state == "declined"
    assert OutgoingEmail.objects.count() == 1


def test_without_a_focal_point_the_lead_is_told(sender: User) -> None:
    municipality = makers.make_municipality()
    lead = makers.make_member(municipality, "lead")
    makers.make_member(municipality, "reader")
    gone = makers.make_member(municipality, "focal_point", is_active=False)
    express(sender, makers.make_listing(municipality, created_by=lead))
    assert [mail.to_address for mail in OutgoingEmail.objects.all()] == [lead.email]
    assert not OutgoingEmail.objects.filter(to_address=gone.email).exists()


@pytest.mark.parametrize("state", ["", "sent", "withdrawn", "x" * 50])
def test_an_answer_is_one_of_two(state: str, owner: User, sender: User, listing: Listing) -> None:
    interest = makers.make_interest(listing, sender)
    assert "Choose an answer" in post(owner, "interest_answer", interest, state=state)
    assert "At most 500" in post(owner, "interest_answer", interest, state="welcome", reply="x" * 501)
    interest.refresh_from_db()
    assert (interest.state, interest.reply, interest.answered_at) == ("sent", "", None)
    assert not OutgoingEmail.objects.exists()


# --- once, and withdrawn ------------------------------------------------------------------------------------


def test_one_municipality_expresses_it_once(sender: User, listing: Listing) -> None:
    express(sender, listing)
    town = sender.memberships.get().municipality
    assert town is not None
    colleague = makers.make_member(town)
    client = express(colleague, listing)
    assert "already expressed its interest" in client.get(listing.get_absolute_url()).content.decode()
    assert Interest.objects.count() == 1
    assert OutgoingEmail.objects.count() == 1


def test_withdrawn_it_may_be_sent_anew(sender: User, owner: User, listing: Listing) -> None:
    express(sender, listing)
    interest = Interest.objects.get()
    post(sender, "interest_withdraw", interest)
    interest.refresh_from_db()
    assert interest.state == "withdrawn"
    assert "no longer open" in post(owner, "interest_answer", interest, state="welcome")
    assert "no longer open" in post(sender, "interest_withdraw", interest)
    express(sender, listing, why="Once more")
    assert [i.why for i in Interest.objects.all()] == ["Once more"]
    assert OutgoingEmail.objects.filter(to_address=owner.email).count() == 2


# --- who sees it --------------------------------------------------------------------------------------------


def test_nobody_but_the_two_sees_it(owner: User, sender: User, third: User, listing: Listing) -> None:
    makers.make_interest(
        listing, sender, why=SECRET, state="welcome", reply=REPLY, answered_at=timezone.now()
    )
    interest = Interest.objects.get()
    curator = makers.make_user(is_staff=True, is_superuser=True)
    body = makers.make_body_member(makers.make_body())
    for user in (third, curator, body):
        for url in (listing.get_absolute_url(), "/exchange/", "/exchange/?whose=ours", reverse("home")):
            text = page(user, url)
            assert SECRET not in text
            assert REPLY not in text
            assert "Bracon" not in text
        for name in ("interest_answer", "interest_withdraw"):
            url = reverse(f"partners:{name}", args=[interest.pk])
            assert client_of(user).post(url, {"state": "welcome"}).status_code == 404
    for user in (owner, sender):
        assert SECRET in page(user, listing.get_absolute_url())


def test_another_interested_one_sees_only_its_own(sender: User, third: User, listing: Listing) -> None:
    makers.make_interest(listing, sender, why=SECRET)
    makers.make_interest(listing, third, why="Ours alone")
    text = page(third, listing.get_absolute_url())
    assert "Ours alone" in text
    assert SECRET not in text


def test_each_side_does_only_its_own_part(owner: User, sender: User, listing: Listing) -> None:
    interest = makers.make_interest(listing, sender)
    reader = makers.make_member(listing.municipality, "reader")
    cases = ((sender, "interest_answer"), (owner, "interest_withdraw"), (reader, "interest_answer"))
    for user, name in cases:
        url = reverse(f"partners:{name}", args=[interest.pk])
        assert client_of(user).post(url, {"state": "welcome"}).status_code == 403
    assert "Let us talk" not in page(reader, listing.get_absolute_url())
    assert Interest.objects.get().state == "sent"


def test_what_is_being_changed_is_not_shown_to_those_who_were_interested(
    owner: User, sender: User, listing: Listing
) -> None:
    makers.make_interest(listing, sender)
    Listing.objects.filter(pk=listing.pk).update(state="submitted", title="UNCHECKED-TITLE")
    text = page(sender, "/exchange/")
    assert "An entry that is being changed" in text
    assert "UNCHECKED-TITLE" not in text
    assert "UNCHECKED-TITLE" in page(owner, "/exchange/")


# --- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"state": "closed", "closed_because": "enough", "closed_at": timezone.now()},
            "enough partners found",
        ),
        ({"valid_until": dt.date(2026, 1, 5)}, "valid until Monday 5 January 2026"),
    ],
)
def test_what_is_over_takes_no_new_interest(
    change: dict[str, object], words: str, sender: User, listing: Listing
) -> None:
    Listing.objects.filter(pk=listing.pk).update(**change)
    text = page(sender, listing.get_absolute_url())
    assert words in text
    assert "Express interest" not in text
    client = express(sender, listing)
    assert client.last.status_code == 302  # type: ignore[attr-defined]  # the answer of the post
    assert words in client.get(listing.get_absolute_url()).content.decode()
    interest = Interest(
        listing=listing,
        municipality=sender.memberships.get().municipality,
        **{name: TYPED[name] for name in ("why", "timing", "contact_name", "contact_email")},
    )
    with pytest.raises(Refusal, match=words):
        interests.express(interest=interest, actor=Actor.person(sender))
    assert not Interest.objects.exists()
    assert not OutgoingEmail.objects.exists()


def test_nobody_is_interested_in_their_own(owner: User, listing: Listing) -> None:
    url = reverse("partners:interest_create", args=[listing.pk])
    assert client_of(owner).get(url).status_code == 403
    assert client_of(owner).post(url, TYPED).status_code == 403
    reader = makers.make_user()
    elsewhere = makers.make_municipality()
    Membership.objects.create(user=reader, municipality=elsewhere, role="reader")
    assert client_of(reader).get(url).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"why": ""}, "required"),
        ({"why": "x" * 1501}, "at most 1500"),
        ({"brings": "x" * 1001}, "at most 1000"),
        ({"timing": "never"}, "valid choice"),
        ({"contact_email": "nowhere"}, "valid email"),
        ({"municipality": "9" * 30}, "valid choice"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    wrong: dict[str, str], words: str, sender: User, listing: Listing
) -> None:
    answer = express(sender, listing, **wrong).last  # type: ignore[attr-defined]  # the answer of the post
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert TYPED["contact_name"] in text
    assert not Interest.objects.exists()


def test_nobody_speaks_for_a_municipality_that_is_not_theirs(
    sender: User, third: User, listing: Listing
) -> None:
    theirs = str(third.memberships.get().municipality_id)
    assert express(sender, listing, municipality=theirs).last.status_code == 422  # type: ignore[attr-defined]  # as above
    assert not Interest.objects.exists()
