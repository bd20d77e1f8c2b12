"""Translations: `compile PO MO` without GNU gettext, `check` that no text of the pages is left in English."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("imc_portal", "partners", "proposals", "meetings", "templates")


def compile_catalogue(source: Path, target: Path) -> None:
    """Write the .mo of one .po; fuzzy entries stay out, as with msgfmt."""
    catalogue = _read(source)
    with target.open("wb") as file:
        write_mo(file, catalogue, use_fuzzy=False)


def check() -> list[str]:
    """Every text that a language lacks, has only guessed, or has with broken placeholders."""
    complaints = []
    with tempfile.TemporaryDirectory(prefix="imc-messages-") as folder:
        for file in _extracted(Path(folder)):
            language = file.parent.parent.name
            complaints += [f"{language}: {text}" for text in _complaints(_read(file))]
            formats = ["msgfmt", "--check-format", "-o", os.devnull, str(file)]
            done = subprocess.run(formats, capture_output=True, text=True)
            complaints += [f"{language}: {line}" for line in done.stderr.splitlines() if done.returncode]
    return complaints


def _extracted(folder: Path) -> Iterator[Path]:
    """Catalogues as makemessages would leave them, made in a copy so that the tree stays as it is."""
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    languages = sorted(path.name for path in (ROOT / "locale").iterdir() if path.is_dir())
    for language in languages:
        kept = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
        copy = folder / "locale" / language / "LC_MESSAGES" / "django.po"
        copy.parent.mkdir(parents=True)
        if kept.exists():
            shutil.copy(kept, copy)
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    wanted = [word for language in languages for word in ("--locale", language)]
    command = [sys.executable, "-m", "django", "makemessages", *wanted, "--no-obsolete", "--verbosity", "0"]
    subprocess.run(command, cwd=folder, env=bare, check=True)
    yield from sorted(folder.glob("locale/*/LC_MESSAGES/django.po"))


def _read(file: Path) -> Catalog:
    with file.open("rb") as content:
        return read_po(content)


def _complaints(catalogue: Catalog) -> Iterator[str]:
    for message in catalogue:
        if not message.id:
            continue
        where = ", ".join(f"{path}:{line}" for path, line in message.locations[:2])
        if message.fuzzy:
            yield f"only guessed (fuzzy): {_named(message)} ({where})"
        elif not _complete(message):
            yield f"missing: {_named(message)} ({where})"


def _named(message: Message) -> str:
    return repr(message.id if isinstance(message.id, str) else message.id[0])


def _complete(message: Message) -> bool:
    texts = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    return all(texts)


def main(words: list[str]) -> int:
    """0 done, 1 something is missing (each on a line), 2 wrong usage."""
    match words:
        case ["compile", source, target]:
            compile_catalogue(Path(source), Path(target))
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
