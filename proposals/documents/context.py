"""The paper as plain values, in the reader's language: all that the template may know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table whose first cell names it."""

    name: str
    cells: tuple[str, ...]
    mine: bool = False
    tones: tuple[str, ...] = ()

    @property
    def toned(self) -> tuple[tuple[str, str], ...]:
        """Cells with their tone: `loss`, or nothing."""
        return tuple(zip(self.cells, self.tones or ("",) * len(self.cells), strict=True))


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; the first heading stands over the names."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of our own code with the words for those who do not see it."""

    svg: str
    alt: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A typed benefit, cost or risk."""

    kind: str
    text: str
    indicator: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Money:
    """What one area could bring and cost this recipient; without scenarios, why there is no figure."""

    title: str
    summary: str
    unknown: tuple[str, ...]
    basis: str = ""
    scenarios: Table | None = None
    chart: Picture | None = None
    keys: Table | None = None
    years: Table | None = None
    key_words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """The one figure of the first page."""

    value: str
    caption: str
    note: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Others:
    """The words to one recipient, for all to read when the initiator shares the annexes."""

    name: str
    opening: tuple[str, ...]
    benefits: tuple[Said, ...]
    costs: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Common:
    """The part that reads the same in the papers of all recipients of one language; it is laid out once."""

    language: str
    written_in: str
    title: str
    version: str
    draft: bool
    initiator: str
    why: tuple[str, ...]
    needs: Table | None
    areas: Table
    areas_text: tuple[str, ...]
    asked: Table
    next_steps: tuple[str, ...]
    not_asked: tuple[str, ...]
    sources: Table
    annexes: tuple[Others, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """One recipient's proposal, ready to be set: its own part, and the common one."""

    common: Common
    name: str
    created: str
    recipient: str
    contact: str
    sentence: str
    figure: Figure
    answer_by: str
    map: Picture | None
    legend: tuple[Row, ...]
    opening: tuple[str, ...]
    benefits: tuple[Said, ...]
    costs: tuple[Said, ...]
    money: tuple[Money, ...]
    unknown: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def language(self) -> str:
        """The recipient's."""
        return self.common.language
