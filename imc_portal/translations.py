"""Translations: `collect` texts from the sources, `check` that none is missing, `compile PO MO`.

The languages of the interface must have every text; the other languages of papers and e-mails must have those
that recipients can meet (document_texts.py). `collect` keeps what is translated and drops what nobody shows.
"""

from __future__ import annotations

import gettext
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from imc_portal.document_texts import Reach

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("imc_portal", "partners", "proposals", "meetings", "templates")
#: Languages of the interface beside English. settings.LANGUAGES says the same, but wants engines to load.
INTERFACE = ("fr",)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\w+\}")
#: Names the version of a library: a change of nothing that anybody reads.
GENERATED_BY = re.compile(rb'"Generated-By: [^"]*"\n')
#: Numbers that tell apart the plural forms of any language here.
COUNTS = range(1001)


def compile_catalogue(source: Path, target: Path) -> None:
    """Write the .mo of one .po; fuzzy entries stay out, as with msgfmt."""
    catalogue = _read(source)
    with target.open("wb") as file:
        write_mo(file, catalogue, use_fuzzy=False)


def check(root: Path = ROOT) -> list[str]:
    """Every text that a language lacks, has only guessed, or has with other placeholders."""
    wanted = _extracted(root)
    complaints = []
    for file in catalogues(root):
        known, language = _read(file), _language(file)
        for message in _needed(wanted, language, root):
            complaints += [f"{language}: {trouble}" for trouble in troubles(message, known)]
        formats = ["msgfmt", "--check-format", "-o", os.devnull, str(file)]
        done = subprocess.run(formats, capture_output=True, text=True)
        complaints += [f"{language}: {line}" for line in done.stderr.splitlines() if done.returncode]
    return complaints


def collect(root: Path = ROOT) -> None:
    """Bring every catalogue in line with the sources; new texts wait empty for their translation."""
    wanted = _extracted(root)
    for file in catalogues(root):
        known = _read(file)
        fresh = Catalog(header_comment=known.header_comment, fuzzy=False)
        fresh.mime_headers = known.mime_headers
        for message in _needed(wanted, _language(file), root):
            before = _same(known, message)
            fresh.add(
                message.id,
                before.string if before and not before.fuzzy else None,
                flags=message.flags,
                auto_comments=message.auto_comments,
                context=message.context,
            )
        content = io.BytesIO()
        write_po(content, fresh, width=0, no_location=True, ignore_obsolete=True)
        file.write_bytes(GENERATED_BY.sub(b"", content.getvalue()))


def catalogues(root: Path) -> list[Path]:
    """The .po of every language."""
    return sorted(root.glob("locale/*/LC_MESSAGES/django.po"))


def troubles(message: Message, known: Catalog) -> Iterator[str]:
    """What is wrong with the translation of one text, each with the text and where it stands."""
    found = _same(known, message)
    where = ", ".join(f"{path}:{line}" for path, line in message.locations[:2])
    named = f"{message.id if isinstance(message.id, str) else message.id[0]!r} ({where})"
    if found is None or not any(forms := _forms(found.string)):
        yield f"missing: {named}"
    elif found.fuzzy:
        yield f"only guessed (fuzzy): {named}"
    elif not all(forms) or len(forms) != len(_numbers(message, known)):
        yield f"a plural form is missing: {named}"
    else:
        yield from (f"{trouble}: {named}" for trouble in _placeholders_differ(message, forms, known))


def _placeholders_differ(message: Message, forms: list[str], known: Catalog) -> Iterator[str]:
    """Every form says what the English one says; one that is for a single number may leave the number out."""
    one, *more = (set(PLACEHOLDER.findall(text)) for text in _forms(message.id))
    many = more[0] if more else one
    for text, numbers in zip(forms, _numbers(message, known), strict=True):
        mine = set(PLACEHOLDER.findall(text))
        lost = (one if numbers <= {0, 1} else many) - mine
        if mine - one - many or len(lost) > (1 if len(numbers) == 1 else 0):
            yield f"other placeholders in {text!r}"


def _numbers(message: Message, known: Catalog) -> list[set[int]]:
    """The numbers that each form of a text is for; a text without plural has one form for all."""
    if isinstance(message.id, str):
        return [set(COUNTS)]
    form_of = gettext.c2py(known.plural_expr)
    found: list[set[int]] = [set() for _form in range(known.num_plurals)]
    for number in COUNTS:
        found[form_of(number)].add(number)
    return found


def _extracted(root: Path) -> Catalog:
    """All texts with their places, as makemessages finds them; in a copy, so that the tree stays as it is."""
    with tempfile.TemporaryDirectory(prefix="imc-messages-") as folder:
        for name in SOURCES:
            if (root / name).exists():
                shutil.copytree(
                    root / name, Path(folder) / name, ignore=shutil.ignore_patterns("__pycache__")
                )
        (Path(folder) / "locale").mkdir()
        bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        words = ["makemessages", "--locale", "en", "--verbosity", "0"]
        command = [sys.executable, "-m", "django", *words]
        subprocess.run(command, cwd=folder, env=bare, check=True)
        return _read(Path(folder) / "locale" / "en" / "LC_MESSAGES" / "django.po")


def _needed(wanted: Catalog, language: str, root: Path) -> Iterator[Message]:
    """The texts that a language must have."""
    reach = Reach(root)
    for message in wanted:
        if message.id and (language in INTERFACE or reach.covers(message.locations)):
            yield message


def _same(known: Catalog, message: Message) -> Message | None:
    """The entry for this text, when both have a plural or both have none."""
    named = message.id if isinstance(message.id, str) else message.id[0]
    found = known.get(named, message.context)
    return found if found and len(_forms(found.id)) == len(_forms(message.id)) else None


def _forms(words: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [words] if isinstance(words, str) else list(words or [""])


def _language(file: Path) -> str:
    return file.parent.parent.name


def _read(file: Path) -> Catalog:
    with file.open("rb") as content:
        return read_po(content)


def main(words: list[str]) -> int:
    """0 done, 1 something is missing (each on a line), 2 wrong usage."""
    match words:
        case ["compile", source, target]:
            compile_catalogue(Path(source), Path(target))
            return 0
        case ["collect"]:
            collect()
            return 0
        case ["check"]:
            complaints = check()
            sys.stderr.write("".join(f"{line}\n" for line in complaints))
            sys.stderr.write(f"translations: {len(complaints) or 'nothing'} missing\n")
            return 1 if complaints else 0
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
