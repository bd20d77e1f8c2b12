"""How the tests of the post room come to its pages."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from imc_portal.core.models import OutgoingEmail
from partners.models import Case
from tests.meetings.scenes import Scene


def address(case: Case, **query: str) -> str:
    return reverse("meetings:post", args=[case.pk]) + (
        "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
    )


def client_of(scene: Scene) -> Client:
    client = Client()
    client.force_login(scene.focal)
    return client


def listed(scene: Scene, **query: str) -> str:
    return client_of(scene).get(address(scene.case), query).content.decode()


def opened(scene: Scene, email: OutgoingEmail) -> str:
    return client_of(scene).get(reverse("meetings:message", args=[email.pk])).content.decode()
