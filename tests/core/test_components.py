"""The tags of the look keep their contracts, and no page breaks the strict Content-Security-Policy."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone, translation

from imc_portal.core.templatetags import portal
from tests import makers

TEMPLATES = Path(settings.BASE_DIR) / "templates"
CSS = Path(settings.BASE_DIR) / "static" / "css"


def show(source: str, request: HttpRequest | None = None, **values: Any) -> str:
    """The HTML of a snippet in which the shared tags are loaded, white space collapsed."""
    template = Template("{% load portal crispy_forms_tags %}" + source)
    context = RequestContext(request, values) if request else Context(values)
    return re.sub(r"\s+", " ", template.render(context)).strip()


def visit(path: str = "/", **cookies: str) -> HttpRequest:
    """A request of somebody who has not signed in."""
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    request.COOKIES.update(cookies)
    return request


# --- words ------------------------------------------------------------------------


def test_badge_says_its_state_in_words_and_escapes_them() -> None:
    html = show("{% badge word 'trouble' %}", word="<b>came back</b>")
    assert html == '<span class="badge-state tone-trouble">&lt;b&gt;came back&lt;/b&gt;</span>'


@pytest.mark.parametrize("tag", ["{% badge 'x' 'loud' %}", "{% notice 'loud' %}x{% endnotice %}"])
def test_unknown_tone_is_a_mistake_of_the_page(tag: str) -> None:
    with pytest.raises(ValueError, match="loud"):
        show(tag)


def test_dates_carry_their_weekday_in_the_readers_language_and_zone() -> None:
    at = datetime.datetime(2026, 12, 3, 8, 30, tzinfo=datetime.UTC)
    with timezone.override("Europe/Paris"):
        assert "Thursday 3 December 2026, 09:30</time>" in show("{% when at %}", at=at)
        assert show("{{ at|moment }}", at=at) == "Thursday 3 December 2026, 09:30"
    with translation.override("fr"):
        assert show("{{ at|day }}", at=at.date()) == "jeudi 3 décembre 2026"
    assert show("{% when at empty='no date yet' %}", at=None) == "no date yet"


# --- the frame ----------------------------------------------------------------------


def test_places_appear_only_when_their_page_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    there = portal.Place("home", "healthz", "Home")
    monkeypatch.setattr(portal, "PLACES", (there, portal.Place("cases", "nowhere:list", "Cases")))
    html = show("{% places %}", visit("/cases/"))
    assert "Home" in html
    assert "Cases" not in html


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/", "home"),
        ("/cases/", "cases"),
        ("/cases/7/", "cases"),
        ("/cases/archive/x", "archive"),
        ("/other", ""),
    ],
)
def test_current_place_is_the_longest_beginning_of_the_path(path: str, key: str) -> None:
    found = [
        (portal.Place(name, name, name), url)
        for name, url in [("home", "/"), ("cases", "/cases/"), ("archive", "/cases/archive/")]
    ]
    assert portal._nearest(found, path) == key


def test_a_page_may_name_its_place_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal, "PLACES", (portal.Place("cases", "healthz", "Cases"),))
    assert 'aria-current="page"' in show("{% places %}", visit("/elsewhere/"), place="cases")
    assert "aria-current" not in show("{% places %}", visit("/elsewhere/"))


@pytest.mark.parametrize(
    ("cookie", "chosen"), [("dark", "dark"), ("light", "light"), ('"><script>', ""), ("", "")]
)
def test_theme_takes_only_what_it_knows_from_the_cookie(cookie: str, chosen: str) -> None:
    assert show("{% theme %}", visit(theme=cookie)) == chosen


def test_page_header_makes_a_form_of_an_action_that_changes_something() -> None:
    tag = "{% page_header 'Case' action_label='Send' action_url='/send/' action_method=method %}"
    posting = show(tag, visit(), method="post")
    assert '<form method="post" action="/send/">' in posting
    assert "csrfmiddlewaretoken" in posting
    reading = show(tag, visit(), method="get")
    assert '<a class="btn btn-primary" href="/send/">Send</a>' in reading
    assert "<form" not in reading


def test_chain_says_where_the_case_stands() -> None:
    steps = [{"label": "Need", "state": "done", "url": "/n/"}, {"label": "Areas", "state": "current"}]
    steps.append({"label": "Partners", "state": "todo"})
    html = show("{% chain steps %}", steps=steps)
    assert "Step 2 of 3: Areas" in html
    assert 'value="2" max="3"' in html
    assert html.count('aria-current="step"') == 2  # once in the line, once in the short form
    assert '<a class="chain-word" href="/n/">' in html


def test_chain_without_a_current_step_is_all_done() -> None:
    html = show("{% chain steps %}", steps=[{"label": "Need", "state": "done"}] * 2)
    assert "All 2 steps done" in html
    assert "aria-current" not in html


# --- boxes, figures, lists ------------------------------------------------------------


def test_card_holds_its_content_and_escapes_its_title() -> None:
    html = show(
        "{% card title level=3 tone='waiting' %}<p>{{ body }}</p>{% endcard %}", title="<i>", body="<u>"
    )
    assert "<h3>&lt;i&gt;</h3>" in html
    assert "<p>&lt;u&gt;</p>" in html
    assert 'class="box tone-waiting"' in html


def test_table_has_a_caption_and_stacks_on_a_phone() -> None:
    html = show("{% data_table 'Partners' %}<tbody></tbody>{% enddata_table %}")
    assert "<caption>Partners</caption>" in html
    assert 'class="table stacks"' in html


def test_split_bar_draws_parts_of_the_whole_without_overflow() -> None:
    html = show("{% split_bar 'Ease 1, value 3' 1 3 total=4 %}")
    assert 'aria-label="Ease 1, value 3"' in html
    assert 'x="0.0" y="0" width="25.0"' in html
    assert 'x="25.0" y="0" width="75.0"' in html
    assert 'width="100.0"' in show("{% split_bar 'too much' 500 %}")


def test_facts_say_what_is_not_known() -> None:
    html = show("{% facts pairs %}", pairs=[("Inhabitants", 0), ("Capacity", None)])
    assert "<dd>0</dd>" in html
    assert "not known" in html


def test_pagination_keeps_the_rest_of_the_query() -> None:
    page = Paginator(range(9), 3).page(2)
    html = show("{% pagination page %}", visit("/list/?q=waste&page=2"), page=page)
    assert "q=waste&amp;page=3" in html
    assert "q=waste&amp;page=1" in html
    assert "4 to 6 of 9" in html
    assert show("{% pagination page %}", visit(), page=Paginator([1], 3).page(1)) == ""


def test_sort_header_turns_round_and_goes_back_to_the_first_page() -> None:
    html = show("{% sort_header 'name' 'Name' %}", visit("/list/?sort=name&page=3&q=x"))
    assert 'aria-sort="ascending"' in html
    assert "sort=-name" in html
    assert "page=" not in html
    assert "q=x" in html


def test_waiting_list_reminds_by_post_only() -> None:
    items = [{"text": "Answers of Poligny", "who": "Focal point", "remind_url": "/remind/"}]
    html = show("{% waiting_list items %}", visit(), items=items)
    assert '<form method="post" action="/remind/">' in html
    assert "csrfmiddlewaretoken" in html
    assert "Nobody waits." in show("{% waiting_list items 'Nobody waits.' %}", items=[])


def test_track_says_the_state_of_each_step_in_words() -> None:
    html = show("{% track steps %}", steps=[{"label": "sent", "state": "trouble", "note": "unknown mailbox"}])
    assert ": trouble</span>" in html
    assert "unknown mailbox" in html


# --- forms ----------------------------------------------------------------------------


class Sample(forms.Form):
    """A needed and an optional field, a group of choices, and a field with a unit."""

    title = forms.CharField(help_text="Short.")
    note = forms.CharField(required=False)
    kind = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    cost = forms.DecimalField(widget=forms.NumberInput(attrs={"data-unit": "€ a year"}))


def test_form_ties_help_and_errors_to_the_field_and_sums_them_up_on_top() -> None:
    html = show("{{ form|crispy }}", form=Sample({"note": "kept", "cost": "x"}))
    assert html.index('class="error-summary"') < html.index('name="title"')
    assert "3 things need your attention" in html
    assert '<a href="#id_title">Title – This field is required.</a>' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'value="kept"' in html
    link = re.search(r'<a href="#([^"]+)">Kind', html)
    assert link is not None
    assert f'id="{link.group(1)}"' in html


def test_form_marks_what_is_optional_and_shows_units() -> None:
    html = show("{{ form|crispy }}", form=Sample())
    assert html.count("(optional)") == 1
    assert '<span class="unit">€ a year</span>' in html
    assert "error-summary" not in html


# --- whole pages ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_last_resort_pages_need_no_context(name: str) -> None:
    assert "<h1>" in render_to_string(name)


@pytest.mark.parametrize("name", ["403.html", "403_csrf.html", "404.html", "413.html", "core/style.html"])
def test_page_has_one_main_heading_and_no_leftovers(name: str) -> None:
    html = render_to_string(name, request=visit())
    assert html.count("<h1") == 1
    assert "{%" not in html
    assert "{#" not in html


def test_no_template_needs_inline_script_or_style() -> None:
    forbidden = re.compile(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|//cdn", re.IGNORECASE
    )
    pages = [path for path in TEMPLATES.rglob("*.html") if not _for_paper(path)]
    tags = re.compile(r"\{%.*?%\}", re.DOTALL)  # their arguments are no attributes
    found = {
        str(path.relative_to(TEMPLATES)): forbidden.findall(tags.sub("", path.read_text())) for path in pages
    }
    assert {name: hits for name, hits in found.items() if hits} == {}


def _for_paper(path: Path) -> bool:
    """Mail, PDF and files to keep carry their styles with them; no browser applies our policy to them."""
    folders = {"emails", "email", "documents", "papers", "pdf", "mail"}
    # The index of a package is opened from a folder, long after it left the portal.
    own = path.stem.endswith("_pdf") or path.stem == "handover_index"
    return bool(folders & set(path.relative_to(TEMPLATES).parts)) or own


def test_our_styles_stay_small() -> None:
    everywhere = re.findall(r"'css/([\w-]+\.css)'", (TEMPLATES / "skeleton.html").read_text())
    sizes = {path.name: path.stat().st_size for path in CSS.glob("*.css")}
    assert sum(sizes.pop(name) for name in everywhere) <= 40_000
    assert max(sizes.values()) <= 4_000, "what few pages need, loaded by them"


@pytest.mark.django_db
def test_language_switch_holds_for_people_with_and_without_an_account(client: Client) -> None:
    anna = makers.make_user("Anna")
    send = {"language": "fr", "next": reverse("account_login")}
    assert '<html lang="fr"' in client.post(reverse("set_language"), send, follow=True).content.decode()
    client.force_login(anna)
    client.post(reverse("set_language"), {"language": "fr", "next": reverse("profile")})
    assert '<html lang="fr"' in client.get(reverse("profile")).content.decode()
    client.post(reverse("set_language"), {"language": "xx", "next": reverse("profile")})
    anna.refresh_from_db()
    assert anna.language == "fr"
    assert client.get(reverse("set_language")).status_code == 405


@pytest.mark.django_db
def test_account_pages_stand_in_our_frame_with_one_heading(client: Client) -> None:
    entrance = ["account_login", "account_reset_password", "account_reset_password_done", "account_signup"]
    entrance += ["account_inactive", "account_reset_password_from_key_done"]
    own = [
        "account_change_password",
        "account_email",
        "account_logout",
        "account_reauthenticate",
        "mfa_index",
    ]
    for name in entrance:
        assert client.get(reverse(name)).content.decode().count("<h1") == 1, name
    client.force_login(makers.make_user("Anna"))
    for name in own:
        html = client.get(reverse(name)).content.decode()
        assert html.count("<h1") == 1, name
        assert '<nav class="places"' in html, name
