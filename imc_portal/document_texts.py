"""Which texts recipients can meet in papers, e-mails and on personal pages, told from the sources alone.

Every language of papers must have these; the interface's languages must have all. A source is a file, or with
"::" a class or function in it ("::*Choices" is every class of choices). Templates stand for what they extend
and include, and for the components whose tags they use.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

CHOICES = "*Choices"
SOURCES = (
    "imc_portal/core/dates.py",
    "imc_portal/core/problems.py",
    "imc_portal/core/templatetags/portal.py",
    "partners/catalogue.py",
    "partners/models/function.py::*Choices",
    "partners/models/municipality.py::OfficeHolder",
    "partners/models/need.py::*Choices",
    "proposals/documents/**/*.py",
    "proposals/models/*.py::*Choices",
    "proposals/services/prefill/words.py",
    "meetings/agenda.py",
    "meetings/calendar.py",
    "meetings/cells.py",
    "meetings/clocks.py",
    "meetings/differences.py",
    "meetings/emails/*.py",
    "meetings/forms/answers.py",
    "meetings/forms/attitudes.py",
    "meetings/forms/calls.py",
    "meetings/forms/dates.py",
    "meetings/forms/delegations.py",
    "meetings/forms/expectations.py",
    "meetings/forms/handover.py",
    "meetings/forms/minutes.py",
    "meetings/forms/planning.py::ReplyForm",
    "meetings/forms/steps.py",
    "meetings/leadtime.py",
    "meetings/minutes_facts.py",
    "meetings/models/*.py::*Choices",
    "meetings/models/clarification.py",
    "meetings/models/attitude.py",
    "meetings/models/dates.py::DateAnswer",
    "meetings/models/delegation.py::Delegate",
    "meetings/models/handover.py::HandOverReceiver",
    "meetings/models/minutes.py::MinutesVoice",
    "meetings/models/minutes.py::Ratification",
    "meetings/models/outcome.py::NextStep",
    "meetings/models/preparation.py",
    "meetings/models/question.py",
    "meetings/models/expectation.py",
    "meetings/package/**/*.py",
    "meetings/papers/*.py",
    "meetings/services/answers.py",
    "meetings/services/attitudes.py",
    "meetings/services/dates.py",
    "meetings/services/delegations.py",
    "meetings/services/expectations.py",
    "meetings/services/goals.py",
    "meetings/services/minutes_voices.py",
    "meetings/services/preparation.py",
    "meetings/services/ratification.py",
    "meetings/services/receivers.py",
    "meetings/services/replies.py",
    "meetings/services/rounds.py",
    "meetings/services/steps.py",
    "meetings/spoken.py",
    "meetings/stances.py",
    "meetings/standpoints.py",
    "meetings/views/disputes.py",
    "meetings/views/holder.py",
    "meetings/views/personal*.py",
    "meetings/views/preparation.py",
    "meetings/views/questions.py",
)
TEMPLATES = (
    "templates/meetings/emails/**/*",
    "templates/meetings/handover_index.html",
    "templates/meetings/handover_pdf.html",
    "templates/meetings/papers/**/*",
    "templates/personal/**/*",
    "templates/proposals/pdf/**/*",
    "templates/bootstrap5/**/*",
)
NAMED = re.compile(r"""\{%\s*(?:include|extends)\s+["']([^"']+)["']""")
TAG = re.compile(r"\{%\s*(\w+)")

Lines = range
WHOLE = range(1, 10**9)


class Reach:
    """The places in a tree of sources that hold texts for recipients."""

    def __init__(
        self, root: Path, sources: Iterable[str] = SOURCES, templates: Iterable[str] = TEMPLATES
    ) -> None:
        self.root, self.sources, self.templates = root, sources, templates

    def covers(self, locations: Iterable[tuple[str, int | None]]) -> bool:
        """Whether one of the places where a text stands is among them."""
        return any(
            line in lines
            for path, line in locations
            for lines in self.places.get(path.removeprefix("./"), ())
            if line is not None
        )

    @cached_property
    def places(self) -> dict[str, list[Lines]]:
        """Path below the root → its lines that count."""
        found: dict[str, list[Lines]] = {}
        for source in self.sources:
            pattern, _sign, name = source.partition("::")
            files = sorted(self.root.glob(pattern))
            if not files:
                raise FileNotFoundError(f"{pattern}: no such source of texts for recipients")
            for file in files:
                found.setdefault(self._below(file), []).extend(_lines(file, name))
        for file in self._templates():
            found[self._below(file)] = [WHOLE]
        return found

    def _templates(self) -> set[Path]:
        todo = [file for pattern in self.templates for file in self.root.glob(pattern) if file.is_file()]
        found: set[Path] = set()
        while todo:
            file = todo.pop()
            if file not in found and file.is_file():
                found.add(file)
                todo += self._led_to(file.read_text())
        return found

    def _led_to(self, text: str) -> Iterator[Path]:
        folder = self.root / "templates"
        yield from (folder / name for name in NAMED.findall(text))
        yield from (folder / "components" / f"{tag}.html" for tag in TAG.findall(text))

    def _below(self, file: Path) -> str:
        return file.relative_to(self.root).as_posix()


def _lines(file: Path, name: str) -> list[Lines]:
    """The lines of a class or function, of all classes of choices, or of the whole file."""
    if not name:
        return [WHOLE]
    nodes = [
        node
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    ]
    chosen = [node for node in nodes if (_is_choices(node) if name == CHOICES else node.name == name)]
    if not chosen and name != CHOICES:
        raise LookupError(f"{file.name}: nothing is called {name}")
    return [range(node.lineno, (node.end_lineno or node.lineno) + 1) for node in chosen]


def _is_choices(node: ast.ClassDef | ast.FunctionDef) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        ast.unparse(base).endswith("Choices") for base in node.bases
    )
