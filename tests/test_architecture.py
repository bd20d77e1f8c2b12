"""The house: imports run to the left only, in order within a room, and files stay rooms, not halls."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("imc_portal.core", "partners", "proposals", "meetings", "imc_portal")
#: Reading order inside a room. A module imports only from kinds to its left; algorithms stand between.
ORDER = ("models", "policies", "", "services", "tasks", "emails", "forms", "views", "urls", "admin")
ALGORITHMS = ORDER.index("")
KINDS = {
    "personal_urls": "urls",
    "templatetags": "admin",
    "management": "admin",
    "sample": "admin",
    "migrations": "models",
}
#: In proposals and core an approval triggers rendering: services -> tasks -> algorithms.
TASKS_FIRST = {"proposals", "imc_portal.core"}
LINES = 400


def modules() -> list[Path]:
    """Every Python file of the house, migrations left out."""
    tops = ["imc_portal", "partners", "proposals", "meetings"]
    files = (path for top in tops for path in (ROOT / top).rglob("*.py"))
    return sorted(path for path in files if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    """Dotted name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str | None:
    """The room a module lies in, or None when it is not ours."""
    for room in ROOMS:
        if module == room or module.startswith(room + "."):
            return room
    return None


class Reading(NamedTuple):
    """What the rules ask of a file."""

    #: (module, at the top of the file) for each import of ours.
    imports: list[tuple[str, bool]]
    #: (name, lines) of each function.
    functions: list[tuple[str, int]]


@cache
def reading(path: Path) -> Reading:
    """A file, read once for all rules."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(map(id, tree.body)) | {
        id(node) for block in tree.body if isinstance(block, ast.If) for node in block.body
    }
    found = Reading([], [])
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            found.functions.append((node.name, node.end_lineno - node.lineno + 1))
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found.imports.extend((name, id(node) in top) for name in names if room_of(name))
    return found


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_run_to_the_left(path: Path) -> None:
    own = room_of(name_of(path))
    assert own is not None
    allowed = ROOMS[: ROOMS.index(own) + 1]
    wrong = sorted({name for name, _top in reading(path).imports if room_of(name) not in allowed})
    # Settings-free floor modules of the roof (environment, engines) are not part of the domain.
    assert not wrong, f"{name_of(path)} imports to the right: {', '.join(wrong)}"


def kind_of(module: str, room: str) -> int:
    """Place of a module in the reading order of its room."""
    rest = module[len(room) + 1 :].split(".")[0]
    rest = KINDS.get(rest, rest)
    return ORDER.index(rest) if rest in ORDER else ALGORITHMS


@pytest.mark.parametrize(
    "path",
    [p for p in modules() if room_of(name_of(p)) not in (None, "imc_portal", "imc_portal.core")],
    ids=name_of,
)
def test_modules_of_a_room_read_in_order(path: Path) -> None:
    module = name_of(path)
    room = room_of(module)
    assert room is not None
    here = kind_of(module, room)
    wrong = []
    for name, _top in reading(path).imports:
        if room_of(name) != room or name == room:
            continue
        there = kind_of(name, room)
        if there <= here or (there, here) in exceptions(room):
            continue
        wrong.append(name)
    assert not wrong, f"{module} imports later rooms of its own house: {', '.join(sorted(set(wrong)))}"


def exceptions(room: str) -> set[tuple[int, int]]:
    """(imported kind, importing kind) allowed against the order: one arrow per app, never two."""
    services, tasks, emails = ORDER.index("services"), ORDER.index("tasks"), ORDER.index("emails")
    if room in TASKS_FIRST:
        return {(tasks, services), (tasks, ALGORITHMS)}
    return {(emails, services)}


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_import_hides_inside_a_function(path: Path) -> None:
    hidden = sorted({name for name, top in reading(path).imports if not top})
    assert not hidden, f"{name_of(path)} hides {', '.join(hidden)}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_files_are_rooms_not_halls(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES
    assert path.stem not in {"utils", "helpers", "common", "misc", "selectors", "signals"}


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_functions_are_short(path: Path) -> None:
    long = [f"{name} ({lines})" for name, lines in reading(path).functions if lines > 50]
    assert not long, f"functions over 50 lines: {', '.join(long)}"


def test_the_floor_has_no_word_of_the_domain() -> None:
    words = ("municipalit", "proposal", "meeting", "partner", "annex")
    found = [
        f"{path.name}: {word}"
        for path in (ROOT / "imc_portal" / "core").rglob("*.py")
        if "templatetags" not in path.parts
        for word in words
        if word in path.read_text(encoding="utf-8").lower()
    ]
    assert not found


def test_templates_hold_no_inline_script_or_style() -> None:
    bad = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if "emails" in path.parts or "pdf" in path.parts:
            continue
        for mark in (" style=", " onclick=", " onchange=", " onsubmit=", "javascript:", "https://cdn"):
            if mark in text:
                bad.append(f"{path.relative_to(ROOT)}: {mark.strip()}")
    assert not bad
