"""Accounts: invited people, addresses that count as verified, two-step sign-in, own settings."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from imc_portal.core import accounts
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, User
from imc_portal.core.problems import Refusal
from tests import makers

pytestmark = pytest.mark.django_db
TYPED = {"email": "Anna@Example.org", "name": "Anna", "password1": makers.PASSWORD} | {
    "password2": makers.PASSWORD,
    "usable_password": "true",
}


@pytest.fixture
def curator() -> Client:
    client = Client()
    client.force_login(makers.make_user("Curator", is_staff=True, is_superuser=True))
    return client


def sign_in(email: str) -> Client:
    """By the page, then a look at the own addresses, where allauth writes down those it does not know."""
    client = Client()
    answer = client.post(reverse("account_login"), {"login": email, "password": makers.PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    assert client.get(reverse("account_email")).status_code == 200
    return client


def sets_up_two_step_sign_in(client: Client) -> bool:
    """Whether the page gives a secret and takes a code made of it."""
    address = reverse("mfa_activate_totp")
    # Who is about to change how they sign in types the password again.
    client.post(reverse("account_reauthenticate"), {"password": makers.PASSWORD, "next": address})
    page = client.get(address)
    if page.status_code != 200:
        return False
    secret = page.context["form"].secret
    (counter, *_others) = auth.yield_hotp_counters_from_time()
    code = auth.format_hotp_value(auth.hotp_value(secret, counter))
    answer = client.post(address, {"code": code})
    return answer.status_code == 302 and Authenticator.objects.exists()


def test_somebody_invited_by_the_curator_can_set_up_two_step_sign_in(curator: Client) -> None:
    assert curator.post(reverse("admin:core_user_add"), TYPED).status_code == 302
    assert EmailAddress.objects.get().email == "anna@example.org"
    assert AuditEntry.objects.filter(verb="vouched for an address", actor_name="Curator").exists()
    assert sets_up_two_step_sign_in(sign_in("anna@example.org"))


def test_an_address_of_ones_own_making_keeps_two_step_sign_in_closed() -> None:
    makers.make_user("Eve", email="eve@example.org")
    assert not sets_up_two_step_sign_in(sign_in("eve@example.org"))


def test_the_first_curator_can_set_up_two_step_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", makers.PASSWORD)
    words = ["--noinput", "--email", "first@example.org", "--name", "First"]
    call_command("createsuperuser", *words, stdout=StringIO())
    assert User.objects.get().is_superuser
    assert sets_up_two_step_sign_in(sign_in("first@example.org"))


def test_a_corrected_address_counts_and_the_old_one_opens_nothing_more(curator: Client) -> None:
    anna = accounts.invite(email="old@example.org", name="Anna", actor=Actor.portal(), password="x")
    form = {"email": "new@example.org", "name": "Anna", "language": "en", "time_zone": "UTC"}
    assert curator.post(reverse("admin:core_user_change", args=[anna.pk]), form).status_code == 302
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("new@example.org", True)]


def test_an_address_that_is_somebody_elses_is_refused_beside_the_field(curator: Client) -> None:
    bea = accounts.invite(email="bea@example.org", name="Bea", actor=Actor.portal())
    EmailAddress.objects.create(user=bea, email="anna@example.org", verified=True)
    page = curator.post(reverse("admin:core_user_add"), TYPED)
    assert "This address is taken." in page.content.decode()
    assert not User.objects.filter(email="anna@example.org").exists()
    with pytest.raises(Refusal, match="taken"):
        accounts.invite(email="anna@example.org", name="Anna", actor=Actor.portal())
    assert not User.objects.filter(email="anna@example.org").exists()


def test_own_settings_go_on_the_trail_when_they_change(client: Client) -> None:
    anna = makers.make_user("Anna")
    client.force_login(anna)
    for _time in range(2):
        client.post(reverse("set_language"), {"language": "fr", "next": reverse("profile")})
    entry = AuditEntry.objects.get(verb="changed own settings")
    assert (entry.before, entry.after) == ({"language": "en"}, {"language": "fr"})


def test_refused_settings_change_nothing(client: Client) -> None:
    anna = makers.make_user("Anna")
    client.force_login(anna)
    typed = {"name": "Other", "language": "en", "time_zone": "Mars/Olympus"}
    assert client.post(reverse("profile"), typed).status_code == 422
    anna.refresh_from_db()
    assert anna.name == "Anna"
    assert not AuditEntry.objects.exists()
