"""Every kind of page that somebody comes to, at a stage of the demo."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser import mail, walk
from tests.browser.conftest import Portal
from tests.browser.look import Noise, arrive, faults, faults_here, sign_in, window

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


def way_in(portal: Portal, page: Page, who: str) -> tuple[list[str], str]:
    """Where this person begins, and what all the pages that are theirs lie inside of."""
    if who == "link":
        link = personal_link(portal)
        return [link, f"{link}reply/?reply=other_time"], link
    if who == "nobody":
        return ["/register/"], "/register/"
    sign_in(page, who)
    return PLACES + (["/style/"] if "curator" in who else []), "/"


def wrong_pages(
    portal: Portal, seen: set[str], who: str, least: int, *, alike: bool = True
) -> dict[str, list[str]]:
    """What is wrong with the pages this person comes to; `seen` are kinds looked at before.

    Without `alike` only those that change with the stage: the others somebody else looks at.
    """
    page = window(portal)
    start, inside = way_in(portal, page, who)
    noise = Noise(portal.address)
    noise.listen(page)
    wrong = {path: faults(page, path, noise) for path in FOR_ANYBODY if who == "nobody"}

    def visit(path: str) -> tuple[int, str]:
        kind = walk.kind(path)
        not_theirs = inside == "/" and kind.startswith("/p/")
        if not_theirs or (kind.startswith(ALIKE) and (kind in seen or not alike)):
            return walk.fetch(page, path)
        answer = arrive(page, path, noise)
        source = answer.text()
        wrong[path] = faults_here(page, path, noise, known=kind in seen)
        return answer.status, source

    found = walk.reachable(page, start, inside=inside, visit=visit)
    kinds = {kind for kind in found if inside != "/" or not kind.startswith("/p/")}
    seen |= kinds
    page.context.close()
    assert len(kinds) + (len(FOR_ANYBODY) if who == "nobody" else 0) >= least, sorted(kinds)
    return {path: what for path, what in wrong.items() if what}
