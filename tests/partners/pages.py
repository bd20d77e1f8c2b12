"""Pages of this room as a person asks for them, and what a person sends."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imc_portal.core.models import User


def client_of(user: User) -> Client:
    """A browser of the person."""
    client = Client()
    client.force_login(user)
    return client


def page(user: User, url: str) -> str:
    """The page at an address as the person reads it."""
    answer = client_of(user).get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def get(user: User, name: str, status: int = 200, query: str = "", **kwargs: Any) -> str:
    """The page as the person reads it."""
    answer = client_of(user).get(reverse(f"partners:{name}", kwargs=kwargs) + query)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def post(user: User, name: str, data: dict[str, Any], status: int = 302, **kwargs: Any) -> str:
    """What the act answers the person."""
    answer = client_of(user).post(
        reverse(f"partners:{name}", kwargs=kwargs), data, headers={"referer": "http://testserver/cases/"}
    )
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def statements(user: User, name: str, **kwargs: Any) -> int:
    """How often the page asks the database, the second time."""
    client = client_of(user)
    url = reverse(f"partners:{name}", kwargs=kwargs)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)
