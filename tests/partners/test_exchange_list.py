"""The list of offers and requests: its filters, its pages, and what it costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imc_portal.core.models import User
from partners.models import Listing, Municipality
from tests import makers
from tests.partners.pages import client_of, page

pytestmark = pytest.mark.django_db

LIST = "/exchange/"
State = Listing.State


@pytest.fixture
def other() -> User:
    return makers.make_member(makers.make_municipality("Bracon", region="27", county="39"))


@pytest.fixture
def market(other: User) -> dict[str, Listing]:
    """A request and offers near, far, and in another region."""
    near = makers.make_municipality("Champagnole", latitude=46.74, longitude=5.91, region="27")
    edge = makers.make_municipality("Morez", latitude=46.52, longitude=6.02, region="27")
    far = makers.make_municipality("Brest", latitude=48.39, longitude=-4.49, region="53")
    return {
        "near": makers.make_listing(near, title="Plough near", function="ECO-ROA"),
        "edge": makers.make_listing(edge, title="Library at the edge", function="REC-LIB", kind="request"),
        "far": makers.make_listing(far, title="Plough far", function="ECO-ROA", text="Salt included"),
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"near", "edge", "far"}),
        ("kind=request", {"edge"}),
        ("kind=offer&function=ECO-ROA", {"near", "far"}),
        ("q=salt", {"far"}),
        ("q=morez", {"edge"}),
        ("q=Nothing+like+it", set()),
        ("near=champagnole", {"near", "edge"}),
        ("near=Brest", {"far"}),
        ("near=Nowhere", {"near", "edge", "far"}),
        ("mine=on", {"near", "edge"}),
        ("kind=wrong&function=NO-SUCH&page=99999999999999999999", {"near", "edge", "far"}),
    ],
)
def test_filters(query: str, expected: set[str], market: dict[str, Listing], other: User) -> None:
    listed = page(other, f"{LIST}?{query}")
    assert {name for name, listing in market.items() if listing.title in listed} == expected
    assert ("No municipality with a place on the map" in listed) == ("Nowhere" in query)
    assert ("No offer or request fits" in listed) == (not expected)


@pytest.mark.parametrize("query", ["q=%00", "near=%00", f"q={'x' * 3000}", f"near={'x' * 3000}"])
def test_bad_filters_never_fail(query: str, other: User) -> None:
    assert client_of(other).get(f"{LIST}?{query}").status_code in (200, 400)


def test_pages(town: Municipality, other: User) -> None:
    makers.make_listing(town, title="The oldest")
    for n in range(25):
        makers.make_listing(town, title=f"Lorry {n}")
    assert "The oldest" not in page(other, LIST)
    assert "The oldest" in page(other, f"{LIST}?page=2&kind=offer")


def test_empty_lists_say_how_to_begin(focal: User) -> None:
    assert "Be the first" in page(focal, LIST)
    assert "Nothing of ours yet" in page(focal, f"{LIST}?whose=ours")


@pytest.mark.parametrize("url", [LIST, f"{LIST}?whose=ours", "/exchange/check/", "one"])
def test_pages_ask_the_same_for_one_and_three(url: str, town: Municipality, focal: User) -> None:
    User.objects.filter(pk=focal.pk).update(is_staff=True)
    subject = makers.make_listing(town)

    def grow() -> None:
        makers.make_listing(town)
        makers.make_listing(state=State.SUBMITTED)
        sender = makers.make_member(makers.make_municipality())
        makers.make_interest(subject, sender)
        makers.make_interest(makers.make_listing(), focal)

    def asked() -> int:
        client, target = client_of(focal), subject.get_absolute_url() if url == "one" else url
        client.get(target)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(target).status_code == 200
        return len(captured)

    grow()
    one = asked()
    grow()
    grow()
    assert asked() == one
