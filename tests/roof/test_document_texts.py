"""The check of translations: which texts a language must have, and what is wrong with what it has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.conf import settings

from imc_portal import translations
from imc_portal.document_texts import Reach
from imc_portal.translations import ROOT, SOURCES, check, collect, troubles

#: As gettext counts them: one and few and many; none, one, two, few, many and others.
FEW = "n%10>=2 && n%10<=4 && (n%100<12 || n%100>14)"
PLURALS = {
    "uk": f"nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : {FEW} ? 1 : 2);",
    "ar": "nplurals=6; plural=(n<3 ? n : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    "fr": "nplurals=2; plural=(n > 1);",
}
DAY = ("%(n)s day", "%(n)s days")


def complaints(
    english: str | tuple[str, str],
    said: str | tuple[str, ...] | None,
    language: str = "fr",
    *,
    fuzzy: bool = False,
) -> list[str]:
    """What the check says to one translation."""
    known = Catalog(fuzzy=False)
    known.mime_headers = [("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", PLURALS[language])]
    if said is not None:
        known.add(english, said, flags={"fuzzy"} if fuzzy else ())
    return list(troubles(Message(english, locations=[("meetings/emails.py", 7)]), known))


def test_a_translated_text_is_let_pass() -> None:
    assert not complaints("Kind regards", "Cordialement")
    assert not complaints("by %(day)s", "au plus tard le %(day)s")


@pytest.mark.parametrize("said", [None, ""])
def test_a_missing_text_is_named_with_its_place(said: str | None) -> None:
    assert complaints("Kind regards", said) == ["missing: 'Kind regards' (meetings/emails.py:7)"]


def test_a_guess_is_no_translation() -> None:
    (said,) = complaints("Kind regards", "Regards", fuzzy=True)
    assert said.startswith("only guessed (fuzzy): 'Kind regards'")


@pytest.mark.parametrize("said", ["le", "le %(date)s", "le %(day)s %(day)d", "le {day}", "le %(day)s à 5 %%"])
def test_placeholders_are_kept_as_they_are(said: str) -> None:
    (trouble,) = complaints("by %(day)s", said)
    assert "other placeholders" in trouble


def test_every_plural_form_is_wanted() -> None:
    assert not complaints(DAY, ("%(n)s день", "%(n)s дні", "%(n)s днів"), "uk")
    for said in (("%(n)s день", "%(n)s дні"), ("%(n)s день", "", "%(n)s днів")):
        (trouble,) = complaints(DAY, said, "uk")
        assert "a plural form is missing" in trouble


def test_the_form_of_a_single_number_may_leave_the_number_out() -> None:
    forms = ["لا أيام", "يوم واحد", "يومان", "%(n)s أيام", "%(n)s يومًا", "%(n)s يوم"]
    assert not complaints(DAY, tuple(forms), "ar")
    assert complaints(DAY, (*forms[:3], "أيام", *forms[4:]), "ar")
    # One in Ukrainian is twenty-one as well.
    assert complaints(DAY, ("день", "%(n)s дні", "%(n)s днів"), "uk")


def test_the_form_of_one_follows_the_english_one() -> None:
    assert not complaints(("One thing", "%(n)s things"), ("Une chose", "%(n)s choses"))


def test_a_plural_and_a_bare_text_are_not_the_same() -> None:
    known = Catalog(fuzzy=False)
    known.add("%(n)s day", "%(n)s jour")
    (trouble,) = troubles(Message(DAY), known)
    assert trouble.startswith("missing")


# --- which texts recipients can meet --------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A letter that includes a part, a page with a component, labels and a class among other code."""
    for name, text in {
        "letters.py": "one = 1\n",
        "models.py": "class Kind(TextChoices):\n    A = 1\n\n\nclass Row(Model):\n    b = 2\n",
        "forms.py": "class Reply:\n    a = 1\n\n\nclass Other:\n    b = 2\n",
        "templates/letter.txt": '{% include "part.txt" %}',
        "templates/part.txt": "words",
        "templates/frame.html": "words",
        "templates/page.html": '{% extends "frame.html" %}{% notice %}{% endnotice %}',
        "templates/components/notice.html": "words",
        "templates/elsewhere.html": "words",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def reach(tree: Path) -> Reach:
    sources = ("letters.py", "models.py::*Choices", "forms.py::Reply")
    return Reach(tree, sources, ("templates/letter.txt", "templates/page.html"))


@pytest.mark.parametrize(
    ("place", "within"),
    [
        (("letters.py", 1), True),
        (("./letters.py", 99), True),
        (("models.py", 2), True),
        (("models.py", 6), False),
        (("forms.py", 2), True),
        (("forms.py", 6), False),
        (("templates/letter.txt", 1), True),
        (("templates/part.txt", 1), True),
        (("templates/frame.html", 1), True),
        (("templates/components/notice.html", 1), True),
        (("templates/elsewhere.html", 1), False),
        (("unknown.py", 1), False),
    ],
)
def test_texts_for_recipients_are_told_by_their_place(
    place: tuple[str, int], within: bool, reach: Reach
) -> None:
    assert reach.covers([place]) is within
    assert reach.covers([("elsewhere.py", 1), place]) is within


@pytest.mark.parametrize("source", ["gone.py", "gone/**/*.py", "forms.py::Gone"])
def test_a_source_that_is_gone_is_noticed(source: str, tree: Path) -> None:
    with pytest.raises(LookupError if "::" in source else FileNotFoundError):
        Reach(tree, (source,), ()).covers([("letters.py", 1)])


# --- the whole check, in a copy -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sources and catalogues as they are."""
    folder = tmp_path_factory.mktemp("sources")
    for name in (*SOURCES, "locale"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
def test_the_check_finds_what_a_language_lacks(copy: Path) -> None:
    before = check(copy)
    drop(copy, "de", "Read and reply")
    drop(copy, "de", "%(n)s inhabitant")
    added = [line for line in check(copy) if line not in before]
    assert [line.partition(" (")[0] for line in sorted(added)] == [
        "de: missing: '%(n)s inhabitant'",
        "de: missing: 'Read and reply'",
    ]
    assert all("templates/meetings/emails/" in line for line in added if "reply" in line)


@pytest.mark.slow
def test_collecting_keeps_what_is_translated_and_drops_what_nobody_shows(copy: Path) -> None:
    file = copy / "locale" / "uk" / "LC_MESSAGES" / "django.po"
    file.write_text(file.read_text() + '\nmsgid "Nobody shows this"\nmsgstr "Цього ніхто не показує"\n')
    letters = copy / "meetings" / "emails" / "invitations.py"
    letters.write_text(letters.read_text() + '\nNEW = _("A text that is new")\n')
    collect(copy)
    known = read(file)
    assert known.get("Nobody shows this") is None
    fresh, kept = known.get("A text that is new"), known.get("Reply")
    assert fresh is not None
    assert not fresh.string
    assert kept is not None
    assert kept.string == "Відповісти"
    assert known.num_plurals == 3
    assert "Generated-By" not in file.read_text()


def test_every_language_of_papers_has_a_catalogue_and_says_how_it_counts() -> None:
    expected = {"fr": 2, "de": 2, "es": 2, "uk": 3, "ar": 6}
    assert {code for code, _name in settings.DOCUMENT_LANGUAGES} == {"en", *expected}
    assert {code for code, _name in settings.LANGUAGES} == {"en", *translations.INTERFACE}
    for file in translations.catalogues(ROOT):
        assert read(file).num_plurals == expected[file.parent.parent.name]


def drop(folder: Path, language: str, english: str) -> None:
    """Take one translation out of a catalogue."""
    file = folder / "locale" / language / "LC_MESSAGES" / "django.po"
    known = read(file)
    if found := known.get(english):
        found.string = "" if isinstance(found.id, str) else ("",) * known.num_plurals
    with file.open("wb") as content:
        write_po(content, known, width=0)


def read(file: Path) -> Catalog:
    with file.open("rb") as content:
        return read_po(content)
