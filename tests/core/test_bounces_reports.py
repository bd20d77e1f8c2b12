"""Reading letters: what each kind of mail server writes, and whatever else anybody may send."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imc_portal.core.bounces import reports, statuses
from imc_portal.core.bounces.reports import Kind, Report, Unreadable

FOLDER = Path(__file__).parent / "letters"
VERP = "bounces+ab12cd34@portal.example.org"
TO = "mairie@town.example"
ID = "<2f9c@portal.example.org>"


def letter(name: str, *, verp: str = VERP, to: str = TO, message_id: str = ID) -> bytes:
    """A letter of the collection, about this message."""
    raw = (FOLDER / f"{name}.eml").read_bytes()
    for mark, value in (("VERP", verp), ("TO", to), ("ID", message_id)):
        raw = raw.replace(f"@@{mark}@@".encode(), value.encode())
    return raw


def read(name: str) -> Report:
    return reports.read(letter(name))


#: name: (what it says, code, whether the address is to blame, words of the answer)
LETTERS = {
    "postfix-unknown": (Kind.FAILED, "5.1.1", True, "User unknown in virtual mailbox table"),
    "postfix-delayed": (Kind.DELAYED, "4.4.1", False, "Connection timed out"),
    "postfix-expired": (Kind.FAILED, "4.4.1", False, "Connection timed out"),
    "postfix-delivered": (Kind.DELIVERED, "2.1.5", True, "delivered"),
    "postfix-relayed": (Kind.RELAYED, "2.0.0", True, "queued as 5F2A"),
    "postfix-policy": (Kind.FAILED, "5.7.1", False, "blocked using bl.example.net"),
    "postfix-no-route": (Kind.FAILED, "5.4.4", False, "Host not found"),
    "exim-unknown": (Kind.FAILED, "5.0.0", True, ""),
    "exim-free-form": (Kind.FAILED, "5.1.1", True, "No such user here"),
    "exchange-unknown": (Kind.FAILED, "5.1.10", True, "RecipientNotFound"),
    "exchange-full": (Kind.FAILED, "5.2.2", False, "mailbox full"),
    "exchange-denied": (Kind.FAILED, "5.4.1", True, "Access denied"),
    "gmail-unknown": (Kind.FAILED, "5.1.1", True, "does not exist"),
    "sendmail-unknown": (Kind.FAILED, "5.1.1", True, ""),
    "qmail-free-form": (Kind.FAILED, "5.1.1", True, "no mailbox here by that name"),
    "warning-free-form": (Kind.DELAYED, "", True, ""),
    "no-status": (Kind.FAILED, "5.0.0", True, "no such user here"),
    "cut-short": (Kind.FAILED, "5.1.1", True, ""),
    "nested": (Kind.FAILED, "5.1.1", True, "User unknown"),
    "wrong-charset": (Kind.FAILED, "5.1.1", True, "User unknown"),
    "encoded-status": (Kind.FAILED, "5.1.1", True, "inconnu"),
    "international": (Kind.FAILED, "5.1.1", True, "inconnu"),
}
#: Reports whose servers return no headers of ours; they are matched by the envelope address.
WITHOUT_ID = {"warning-free-form", "no-status", "cut-short", "encoded-status"}


@pytest.mark.parametrize("name", LETTERS)
def test_each_kind_of_report_is_understood(name: str) -> None:
    kind, status, blamed, words = LETTERS[name]
    report = read(name)
    (fate,) = report.fates
    assert (report.kind, fate.kind, fate.status) == (kind, kind, status)
    assert fate.bars is blamed or kind is not Kind.FAILED
    assert words in fate.detail
    assert TO in fate.recipients
    assert VERP in report.addresses
    assert (ID in report.message_ids) is (name not in WITHOUT_ID)
    assert report.free_form == ("free-form" in name)


@pytest.mark.parametrize("name", ["vacation", "exchange-out-of-office", "read-receipt"])
def test_automatic_replies_say_nothing(name: str) -> None:
    report = read(name)
    assert (report.kind, report.fates) == (Kind.AUTOMATIC, ())


@pytest.mark.parametrize("name", ["persons-reply", "no-boundary"])
def test_what_a_person_writes_and_what_is_broken_is_no_report(name: str) -> None:
    report = read(name)
    assert (report.kind, report.fates) == (Kind.OTHER, ())


def test_a_complaint_names_who_complained() -> None:
    (fate,) = read("feedback-report").fates
    assert (fate.kind, fate.recipients) == (Kind.COMPLAINED, frozenset({TO}))
    praise = letter("feedback-report").replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam")
    assert reports.read(praise).fates == ()


def test_a_list_tells_the_fate_of_each() -> None:
    fates = read("list-in-part").fates
    assert [(fate.kind, *fate.recipients) for fate in fates] == [
        (Kind.DELIVERED, "clerk@lists.example"),
        (Kind.FAILED, "gone@lists.example"),
    ]


def test_references_are_not_what_was_returned() -> None:
    assert read("exim-unknown").message_ids == (ID,)
    without = letter("exim-unknown").replace(f"Message-ID: {ID}".encode(), b"X-Nothing: here")
    assert reports.read(without).message_ids == ()


def test_the_same_letter_has_one_name_whatever_way_it_came() -> None:
    raw = letter("postfix-unknown")
    again = b"Received: from elsewhere\r\n" + raw.replace(b"\n", b"\r\n")
    assert reports.read(raw).report_id == reports.read(again).report_id
    nameless = raw.replace(b"Message-Id:", b"X-No-Id:")
    assert reports.read(nameless).report_id != reports.read(raw).report_id
    assert (
        reports.read(nameless).report_id == reports.read(b"Delivered-To: x@y.example\n" + nameless).report_id
    )


def test_of_a_huge_report_the_beginning_is_enough() -> None:
    head, mark, tail = letter("exim-unknown").partition(b"Bonjour")
    raw = head + mark + (b"A" * 76 + b"\n") * 400_000 + tail
    assert len(raw) > 30_000_000
    start = time.perf_counter()
    report = reports.read(raw)
    assert (report.kind, report.message_ids) == (Kind.FAILED, (ID,))
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "body",
    [
        b"Hi. This is the qmail-send program\n\n" + b"<" * 400_000,
        b"Hi. This is the deliver program at\n" + b"a" * 900_000 + b"\n" + b"@" * 50_000,
        b"did not reach the following recipient(s)\n" + b"a@" * 400_000,
        (b"This is the deliver program at x\n" + b"a" * 399 + b"\n") * 2000,
        b"Message-ID: <" * 60_000,
    ],
)
def test_words_made_to_be_slow_are_read_in_time(body: bytes) -> None:
    start = time.perf_counter()
    reports.read(b"From: mailer-daemon@slow.example\nTo: x@y.example\n\n" + body)
    assert time.perf_counter() - start < 5


def test_a_deep_letter_is_read_or_refused() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    with pytest.raises(Unreadable):
        reports.read(b"From: a@b.example\n" + deep)


@given(st.binary(max_size=4000))
def test_no_bytes_make_the_reader_fail(raw: bytes) -> None:
    _read_or_refuse(raw)


@given(
    st.sampled_from(sorted(path.stem for path in FOLDER.glob("*.eml"))),
    st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=12)), min_size=1, max_size=8),
)
def test_no_damage_makes_the_reader_fail(name: str, damage: list[tuple[int, bytes]]) -> None:
    raw = letter(name)
    for place, garbage in damage:
        raw = raw[:place] + garbage + raw[place + len(garbage) :]
    _read_or_refuse(raw)


def _read_or_refuse(raw: bytes) -> None:
    try:
        report = reports.read(raw)
    except Unreadable:
        return
    assert report.report_id.startswith("dsn:")
    assert all(len(fate.detail) <= 400 for fate in report.fates)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("550 5.1.1 unknown", "5.1.1"),
        ("550-5.1.1 unknown", "5.1.1"),
        ("Sorry (#5.2.2)", "5.2.2"),
        ("connect to 4.2.2.1: refused", ""),
        ("Exim 4.96.1 says 550 no", "5.0.0"),
        ("Postfix 3.5.18", ""),
        ("421 too busy", "4.0.0"),
        ("", ""),
    ],
)
def test_codes_are_found_in_words(words: str, code: str) -> None:
    assert statuses.in_words(words) == code
