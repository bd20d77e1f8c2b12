"""Who plays in the demo. Municipalities and bodies are real; every person is fictitious and says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from imc_portal.core import accounts
from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from partners.models import Body, Membership, Municipality, OfficeHolder

Role = Membership.Role
Office = OfficeHolder.Office
INITIATOR = "39368"  # Hauts de Bienne
PARTNERS = ("39367", "39470", "39297")  # Morbier, Les Rousses, Longchaumois
STRANGER = "39478"  # Saint-Claude
VERIFIED = dt.date(2026, 10, 5)
TERM_START = dt.date(2026, 3, 29)


@dataclass(frozen=True, slots=True)
class Login:
    """One account of the demo."""

    email: str
    name: str
    role: str
    code: str = ""
    body: str = ""
    curator: bool = False


LOGINS = (
    Login("focal@hauts-de-bienne.example", "Marc Exemple (fictitious)", Role.FOCAL_POINT, INITIATOR),
    Login("mayor@hauts-de-bienne.example", "Claire Exemple (fictitious)", Role.LEAD, INITIATOR),
    Login("reader@hauts-de-bienne.example", "Lucie Exemple (fictitious)", Role.READER, INITIATOR),
    Login("focal@morbier.example", "Inès Modèle (fictitious)", Role.FOCAL_POINT, "39367"),
    Login("mayor@morbier.example", "Paul Modèle (fictitious)", Role.LEAD, "39367"),
    Login("focal@saint-claude.example", "Nora Essai (fictitious)", Role.FOCAL_POINT, STRANGER),
    Login(
        "observer@region.example",
        "Hugo Essai (fictitious)",
        Role.OBSERVER,
        body="Région Bourgogne-Franche-Comté",
    ),
    Login(
        "facilitator@association.example",
        "Léa Essai (fictitious)",
        Role.FACILITATOR,
        body="Association des maires du Jura",
    ),
    Login("curator@portal.example", "Ana Essai (fictitious)", "", curator=True),
)

#: code, office, name, address, language of papers. Les Rousses and Longchaumois have no account.
OFFICE_HOLDERS = (
    (INITIATOR, Office.MAYOR, "Claire Exemple (fictitious)", "mayor@hauts-de-bienne.example", "en"),
    (INITIATOR, Office.CHIEF_EXECUTIVE, "Marc Exemple (fictitious)", "focal@hauts-de-bienne.example", "en"),
    ("39367", Office.MAYOR, "Paul Modèle (fictitious)", "mayor@morbier.example", "en"),
    ("39367", Office.CHIEF_EXECUTIVE, "Inès Modèle (fictitious)", "focal@morbier.example", "en"),
    ("39470", Office.MAYOR, "Jeanne Modèle (fictitious)", "mairie@les-rousses.example", "fr"),
    ("39297", Office.MAYOR, "Denis Modèle (fictitious)", "mairie@longchaumois.example", "fr"),
)


def municipality(code: str) -> Municipality:
    """A commune of the Jura by its code."""
    return Municipality.objects.get(country="FR", code=code)


def make_people(password: str) -> None:
    """Accounts with their seats, bodies, and office-holders with their addresses."""
    region = Body.objects.create(
        name="Région Bourgogne-Franche-Comté", kind=Body.Kind.REGION, country="FR", language="fr"
    )
    association = Body.objects.create(
        name="Association des maires du Jura", kind=Body.Kind.FACILITATOR, country="FR", language="fr"
    )
    bodies = {body.name: body for body in (region, association)}
    hashed = make_password(password)  # takes its time on purpose: once for all, who share it
    for login in LOGINS:
        user = accounts.invite(
            email=login.email,
            name=login.name,
            actor=Actor.portal(),
            time_zone="Europe/Paris",
            language="en",
            is_staff=login.curator,
            is_superuser=login.curator,
        )
        User.objects.filter(pk=user.pk).update(password=hashed)
        if login.code:
            Membership.objects.create(user=user, municipality=municipality(login.code), role=login.role)
        elif login.body:
            Membership.objects.create(user=user, body=bodies[login.body], role=login.role)
    for code, office, name, email, language in OFFICE_HOLDERS:
        OfficeHolder.objects.create(
            municipality=municipality(code),
            office=office,
            name=name,
            email=email,
            language=language,
            term_start=TERM_START,
            verified_at=VERIFIED,
            fictitious=True,
        )


def person(email: str) -> User:
    """An account of the demo."""
    return User.objects.get(email=email)


def describe(login: Login) -> str:
    """What somebody signed in as this can try."""
    if login.curator:
        return str(_("curator: reference data, imports, accounts"))
    where = login.body or Municipality.objects.get(code=login.code).name
    return f"{Role(login.role).label}, {where}"
