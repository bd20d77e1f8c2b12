"""What is wrong with a file, place by place, in words that help to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.problems import Refusal

#: So many problems are listed one by one; the rest is counted.
MOST = 200
VALUE_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where it stands, what stands there, and why it cannot be taken."""

    file: str
    line: int | None
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        where = [self.file]
        if self.line is not None:
            where.append(_("line %(line)d") % {"line": self.line})
        if self.column:
            where.append(_("column %(column)s") % {"column": self.column})
        shown = f"“{self.value}”: " if self.value else ""
        return f"{', '.join(where)}: {shown}{self.reason}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class FileRefused(Refusal):
    """A file was not imported, nothing of it; `problems` says what to mend, `count` how much there is."""

    def __init__(self, problems: list[Problem], count: int) -> None:
        self.problems, self.count = problems, count
        super().__init__(*(str(problem) for problem in problems), *self._beyond())

    def _beyond(self) -> list[str]:
        more = self.count - len(self.problems)
        if not more:
            return []
        return [ngettext("and %(n)d more problem.", "and %(n)d more problems.", more) % {"n": more}]


@dataclass
class Problems:
    """Collects the problems of one file, up to a maximum, and counts beyond."""

    file: str
    most: int = MOST
    listed: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, reason: str, *, line: int | None = None, column: str = "", value: str = "") -> None:
        """Note one problem."""
        self.count += 1
        if len(self.listed) < self.most:
            shown = value if len(value) <= VALUE_SHOWN else value[: VALUE_SHOWN - 1] + "…"
            self.listed.append(Problem(self.file, line, column, shown, reason))

    def stop(self, reason: str, *, line: int | None = None, column: str = "", value: str = "") -> FileRefused:
        """Note a problem after which reading on makes no sense; raise what this returns."""
        self.add(reason, line=line, column=column, value=value)
        return self.refusal()

    def refusal(self) -> FileRefused:
        """All problems so far as one refusal."""
        return FileRefused(self.listed, self.count)

    def settle(self) -> None:
        """Raise when there is any problem."""
        if self.count:
            raise self.refusal()
