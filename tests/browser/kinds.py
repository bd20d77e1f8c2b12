"""Every kind of page that somebody comes to, at a stage of the demo."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser import mail, walk
from tests.browser.conftest import Portal
from tests.browser.look import Noise, faults, sign_in, window

FOCAL = "focal@hauts-de-bienne.example"
LEAD = "mayor@hauts-de-bienne.example"
WITHOUT_ACCOUNT = "mairie@les-rousses.example"
#: Pages to begin with, beside the home page; the municipality has people, the need is not yet a case.
PLACES = ["/", "/needs/", "/register/", "/partners/FR/39367/", "/demo/mailbox/", "/profile/"]
PLACES += ["/exchange/", "/funding/", "/private-interest/"]
FOR_ANYBODY = ["/accounts/login/", "/accounts/password/reset/", "/p/unknown/", "/no/", "/register/?q=forest"]
#: Pages that look alike at every stage and for everybody: looked at once.
ALIKE = (
    *("/accounts/", "/profile/", "/needs/", "/partners/", "/demo/", "/funding/"),
    *("/exchange/", "/private-interest/", "/evidence/", "/register/"),
)


def personal_link(portal: Portal) -> str:
    """The way in of a mayor without an account, out of the mail."""
    return mail.wait_for(portal.var / "mailbox", WITHOUT_ACCOUNT).link


def pages_of(portal: Portal, page: Page, who: str) -> dict[str, str]:
    """One address of each kind for this person."""
    if who == "link":
        link = personal_link(portal)
        return walk.reachable(page, [link, f"{link}reply/?reply=other_time"], inside=link)
    if who == "nobody":
        open_to_all = walk.reachable(page, ["/register/"], inside="/register/")
        return {path: path for path in FOR_ANYBODY} | open_to_all
    sign_in(page, who)
    found = walk.reachable(page, PLACES + (["/style/"] if "curator" in who else []))
    return {kind: path for kind, path in found.items() if not kind.startswith("/p/")}


def wrong_pages(
    portal: Portal, seen: set[str], who: str, least: int, *, alike: bool = True
) -> dict[str, list[str]]:
    """What is wrong with the pages this person comes to; `seen` are kinds looked at before.

    Without `alike` only those that change with the stage: the others somebody else looks at.
    """
    page = window(portal)
    kinds = pages_of(portal, page, who)
    assert len(kinds) >= least, sorted(kinds)
    noise = Noise(portal.address)
    noise.listen(page)
    past = {kind for kind in kinds if kind.startswith(ALIKE) and (kind in seen or not alike)}
    fresh = {kind: path for kind, path in kinds.items() if kind not in past}
    wrong = {path: faults(page, path, noise, known=kind in seen) for kind, path in fresh.items()}
    seen |= kinds.keys()
    page.context.close()
    return {path: found for path, found in wrong.items() if found}
