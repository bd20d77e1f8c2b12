"""The paper as plain values, in the reader's language: all that the template may know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from imc_portal.core.languages import direction

#: A longer table is cut; the data attached to the paper has every row.
MOST_ROWS = 300


class Wordless(ValueError):
    """A picture without words for those who do not see it: nothing with it is printed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it is shown: text, tone (`loss`, `mine`, both or nothing), and a small line below."""

    text: str
    tone: str = ""
    below: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table whose first cell names it."""

    name: str
    cells: tuple[str, ...]
    mine: bool = False
    tones: tuple[str, ...] = ()
    #: Small lines below the cells.
    below: tuple[str, ...] = ()
    #: Stands apart from the rows above: it is not part of their sum.
    apart: bool = False

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
    #: Number of the reader's own column, counted from the first after the names.
    own: int | None = None

    @property
    def shown(self) -> tuple[tuple[Row, tuple[Cell, ...]], ...]:
        """The rows that are printed, with their cells."""
        return tuple((row, tuple(self._cells(row))) for row in self.rows[:MOST_ROWS])

    @property
    def heads(self) -> tuple[tuple[str, bool], ...]:
        """The headings, and whether the column below is the reader's own."""
        return tuple((text, index - 1 == self.own) for index, text in enumerate(self.headings))

    @property
    def longest(self) -> int:
        """Letters of the longest cell."""
        return max((len(cell) for row in self.rows for cell in row.cells), default=0)

    @property
    def more(self) -> int:
        """How many rows were cut."""
        return max(0, len(self.rows) - MOST_ROWS)

    def _cells(self, row: Row) -> Iterator[Cell]:
        for index, (text, tone, below) in enumerate(
            zip_longest(row.cells, row.tones, row.below, fillvalue="")
        ):
            yield Cell(text, f"{tone} mine".strip() if index == self.own else tone, below)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of our own code with the words for those who do not see it."""

    svg: str
    alt: str
    caption: str = ""

    def __post_init__(self) -> None:
        """Refuse to be without words."""
        if not self.alt.strip():
            raise Wordless("a picture needs words for those who do not see it")


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs in one language; empty ones are false."""

    paragraphs: tuple[str, ...] = ()
    language: str = ""

    def __bool__(self) -> bool:
        return bool(self.paragraphs)

    @property
    def direction(self) -> str:
        """Which way it is written."""
        return direction(self.language)


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
    #: What is to be said beside the tables: on the grant, on sub-groups under each key, on the way of years.
    grant: str = ""
    sharing: tuple[str, ...] = ()
    course: Picture | None = None
    course_words: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """The one figure of the first page."""

    value: str
    caption: str
    note: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class FirstPage:
    """The first page: `long`, `longest` or nothing; who is named on it, whether others are left; the
    height of the map in millimetres."""

    density: str
    legend: tuple[Row, ...]
    more: bool
    map_height: int


@dataclass(frozen=True, slots=True)
class Others:
    """The words to one recipient, for all to read when the initiator shares the annexes."""

    name: str
    opening: Prose
    benefits: tuple[Said, ...]
    costs: tuple[Said, ...]
    questions: Prose = Prose()


@dataclass(frozen=True, slots=True)
class Change:
    """A passage that a correction changed: what it is, and its lines with `gone`, `new` or `same` words."""

    where: str
    lines: tuple[tuple[tuple[str, str], ...], ...]
    #: In which language it is written, where it is not the reader's.
    language: str = ""

    @property
    def direction(self) -> str:
        """Which way it is written."""
        return direction(self.language)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the version that the reader had before."""

    since: int
    words: Prose
    passages: tuple[Change, ...]
    #: Whether more has changed than is told.
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Common:
    """The part that reads the same in the papers of all recipients of one language; it is laid out once."""

    language: str
    written_in: str
    title: str
    version: str
    draft: bool
    initiator: str
    why: Prose
    needs: Table | None
    areas: Table
    areas_text: Prose
    asked: Table
    next_steps: Prose
    not_asked: Prose
    #: What each member would pay and gain, one table for each area with a figure.
    payments: tuple[Table, ...]
    key_words: tuple[tuple[str, str], ...]
    #: Every input with its origin.
    sources: tuple[Table, ...]
    #: Whether everybody reads all annexes, and then the annexes.
    shared: bool = False
    annexes: tuple[Others, ...] = ()
    #: The same as data, without what is a recipient's own.
    data: str = ""

    @property
    def direction(self) -> str:
        """Which way the paper is written."""
        return direction(self.language)

    @property
    def written_direction(self) -> str:
        """Which way the author writes."""
        return direction(self.written_in)


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
    promise: str
    map: Picture | None
    first_page: FirstPage
    opening: Prose
    benefits: tuple[Said, ...]
    costs: tuple[Said, ...]
    money: tuple[Money, ...]
    unknown: tuple[str, ...]
    questions: Prose
    #: In whose words, and in which language, where that is not the reader's; else nothing.
    foreign: str = ""
    changes: Changes | None = None
    #: The same as data, to be attached.
    data: str = ""

    @property
    def language(self) -> str:
        """The recipient's."""
        return self.common.language
