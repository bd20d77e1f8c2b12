"""Who plays in the second case; every person is fictitious and says so. One municipality has no account."""

from __future__ import annotations

import datetime as dt

from imc_portal.core import accounts
from imc_portal.core.audit import Actor
from meetings.sample.border.ground import (
    CAMPBELLTON,
    COUNTRY,
    ESCUMINAC,
    HERON_BAY,
    POINTE,
    RISTIGOUCHE,
    town,
)
from meetings.sample.people import Login, person
from partners.models import Body, Membership, OfficeHolder

Role = Membership.Role
Office = OfficeHolder.Office
TERM_START = dt.date(2025, 11, 10)
OBSERVER = "MRC d’Avignon"
FACILITATOR = "Restigouche Regional Service Commission"

LOGINS = (
    Login("focal@campbellton.example", "Robin Sample (fictitious)", Role.FOCAL_POINT, CAMPBELLTON),
    Login("mayor@campbellton.example", "Alex Sample (fictitious)", Role.LEAD, CAMPBELLTON),
    Login("mairie@escuminac.example", "Camille Spécimen (fictitious)", Role.LEAD, ESCUMINAC),
    Login("mayor@heron-bay.example", "Jordan Specimen (fictitious)", Role.LEAD, HERON_BAY),
    Login("observer@avignon.example", "Sacha Essai (fictitious)", Role.OBSERVER, body=OBSERVER),
    Login("facilitator@restigouche.example", "Kim Trial (fictitious)", Role.FACILITATOR, body=FACILITATOR),
)
FRENCH = {"mairie@escuminac.example", "observer@avignon.example"}

#: code, office, name, address, language of papers.
OFFICE_HOLDERS = (
    (CAMPBELLTON, Office.MAYOR, "Alex Sample (fictitious)", "mayor@campbellton.example", "en"),
    (CAMPBELLTON, Office.CHIEF_EXECUTIVE, "Robin Sample (fictitious)", "focal@campbellton.example", "en"),
    (HERON_BAY, Office.MAYOR, "Jordan Specimen (fictitious)", "mayor@heron-bay.example", "en"),
    (ESCUMINAC, Office.MAYOR, "Camille Spécimen (fictitious)", "mairie@escuminac.example", "fr"),
    (POINTE, Office.MAYOR, "Dominique Échantillon (fictitious)", "mairie@pointe-a-la-croix.example", "fr"),
    (RISTIGOUCHE, Office.MAYOR, "Claude Gabarit (fictitious)", "mairie@ristigouche.example", "fr"),
)
MAYORS = {code: name for code, office, name, _email, _language in OFFICE_HOLDERS if office == Office.MAYOR}


def make_people(password: str) -> None:
    """Accounts with their seats, the two bodies, and office-holders with their addresses."""
    bodies = {
        OBSERVER: Body.objects.create(name=OBSERVER, kind=Body.Kind.REGION, country=COUNTRY, language="fr"),
        FACILITATOR: Body.objects.create(
            name=FACILITATOR, kind=Body.Kind.FACILITATOR, country=COUNTRY, language="en"
        ),
    }
    for login in LOGINS:
        french = login.email in FRENCH
        user = accounts.invite(
            email=login.email,
            name=login.name,
            actor=Actor.portal(),
            password=password,
            time_zone="America/Toronto" if french else "America/Moncton",
            language="fr" if french else "en",
        )
        where = {"municipality": town(login.code)} if login.code else {"body": bodies[login.body]}
        Membership.objects.create(user=user, role=login.role, **where)
    for code, office, name, email, language in OFFICE_HOLDERS:
        OfficeHolder.objects.create(
            municipality=town(code),
            office=office,
            name=name,
            email=email,
            language=language,
            term_start=TERM_START,
            verified_at=TERM_START,
            fictitious=True,
        )


def focal() -> Actor:
    """Campbellton's focal point, who hosts."""
    return Actor.person(person("focal@campbellton.example"))


def lead() -> Actor:
    """Campbellton's mayor."""
    return Actor.person(person("mayor@campbellton.example"))


def escuminac() -> Actor:
    """Escuminac's mayor, by account."""
    return Actor.person(person("mairie@escuminac.example"))


def heron_bay() -> Actor:
    """Heron Bay's mayor, by account."""
    return Actor.person(person("mayor@heron-bay.example"))
