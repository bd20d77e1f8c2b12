"""Tables of the readable package: their columns are measured by letters, before anything is set."""

from __future__ import annotations

from meetings.package.report.paper import Table


def widths(table: Table) -> list[int]:
    return [width for _head, width in table.heads]


def test_the_columns_share_the_line_and_the_longest_text_gets_most() -> None:
    said = "All four clear the same pass road at different hours, and nobody spoke against talking on."
    shares = widths(Table(("Municipality", "Says", "Sum"), [("Morbier", said, "2"), ("Ivry", "no", "14")]))
    assert 97 <= sum(shares) <= 100
    assert shares[1] > 50
    assert shares[0] > shares[2]


def test_no_word_of_usual_length_is_broken() -> None:
    rows = [("Saint-Laurent-en-Grandvaux", "x " * 400, "y " * 400), ("b", "c", "d")]
    assert widths(Table(("A", "B", "C"), rows))[0] >= 22


def test_a_checksum_and_a_path_leave_room_for_the_others() -> None:
    rows = [("letter, Jordan Specimen", "letters/" + "a" * 90, "f" * 64)]
    shares = widths(Table(("What", "File", "SHA-256"), rows, code=2))
    assert min(shares) >= 12


def test_a_table_of_heads_alone_has_columns() -> None:
    assert sum(widths(Table(("A", "B"), []))) >= 99
