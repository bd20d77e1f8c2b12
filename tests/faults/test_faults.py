"""Hundreds of recipients, and everything that may break while they are written to: nobody is left out or
written to twice, save where the story of a message says that nobody could know.

Each run starts with all proposals approved; the portal calls the meetings, prints the agendas, writes, sends.
FAULT_RECIPIENTS says how many; FAULT_SEED repeats the moments.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from zlib import crc32

import pytest
from django.conf import settings

from tests import stores
from tests.faults import tally
from tests.faults.conftest import RECIPIENTS
from tests.faults.portal import Portal, Process, wait

pytestmark = [pytest.mark.faults, pytest.mark.slow]

SEED = int(os.environ.get("FAULT_SEED") or time.time_ns() % 1_000_000)
ADDRESSES = [f"recipient{number:04}@town{number % 20}.example" for number in range(1, RECIPIENTS + 1)]
#: So many papers are printed again where the fault is one of printing.
LIVE = min(40, max(5, RECIPIENTS // 5))
KILLS = 10
OUTBOX_OPEN = "SELECT count(*) FROM core_outgoingemail WHERE state = %s"
#: Where printers die, their death is noticed while the test waits.
QUICK = {"TASK_SOFT_SECONDS": "12", "TASK_HARD_SECONDS": "16", "PRESS_LEASE_SECONDS": "20"}
FAULTY = ("tests.faults.faulty",)


@pytest.fixture(autouse=True)
def _say_the_seed() -> None:
    print(f"FAULT_SEED={SEED}")  # noqa: T201  # pytest shows it where a run fails


def put_back(portal: Portal, count: int) -> list[str]:
    """So many papers wait for the printer again, as if they had never been printed."""
    chosen = portal.rows("SELECT id, file_name FROM proposals_document ORDER BY id LIMIT %s", count)
    for _id, name in chosen:
        (portal.documents / name).unlink()
    portal.change(
        "UPDATE proposals_document SET state = 'queued', attempts = 0, file_name = '', sha256 = '', "
        "size = NULL, pages = NULL, rendered_at = NULL WHERE id = ANY(%s)",
        [identity for identity, _name in chosen],
    )
    return [str(identity) for identity, _name in chosen]


def address_of(portal: Portal, document: str) -> str:
    """Whose paper it is."""
    question = """SELECT holder.email FROM proposals_document AS document
        JOIN partners_participant AS participant ON participant.id = document.participant_id
        JOIN partners_officeholder AS holder ON holder.id = participant.contact_id WHERE document.id = %s"""
    return str(portal.rows(question, document)[0][0])


def a_part(share: int, of: Collection[str] = ADDRESSES, salt: str = "") -> list[str]:
    """Every so many-th address, always the same ones."""
    return [address for address in of if crc32((salt + address).encode()) % share == 0]


def wait_for_sent(portal: Portal, share: float) -> None:
    """Until the mail server took over this share of all messages."""
    wait(lambda: portal.post.count() >= share * RECIPIENTS, 300, portal.logs)


def end(
    portal: Portal,
    run: str,
    what: str,
    begun: float,
    *,
    printed: int = 0,
    without: Collection[str] = (),
    refused: Collection[str] = (),
    **notes: object,
) -> tally.Tally:
    """Wait until nothing moves, compare the books, keep the line of the table."""
    tally.wait_until_settled(portal, RECIPIENTS - len(without))
    found = tally.take(portal, run, what, without=without, refused=refused)
    found.seconds, found.printed = time.monotonic() - begun, printed + agendas(portal)
    found.notes = {**notes, "seed": SEED}
    tally.record(found)
    return found


def wait_until_told(portal: Portal, keys: Collection[str]) -> None:
    """Until whoever runs the case was told of each of these; once, as the key of the record has it."""
    told = """SELECT count(*) FROM meetings_toldtrouble
        WHERE split_part(key, ':', 2) = ANY(%s) OR split_part(key, ':', 3) = ANY(%s)"""
    wanted = list(keys)
    wait(lambda: portal.rows(told, wanted, wanted)[0][0] >= len(wanted), 300, portal.logs)


def agendas(portal: Portal) -> int:
    """How many agendas the run has printed."""
    return int(portal.rows("SELECT count(*) FROM meetings_meetingpaper WHERE state = 'stored'")[0][0])


# --- 1: workers killed ------------------------------------------------------------------


def kill_one(portal: Portal, workers: list[Process], dice: random.Random, seen: dict[str, int]) -> None:
    """SIGKILL to a worker and its children; another takes its place."""
    for name, question in {
        "while printing": "SELECT 1 FROM proposals_document WHERE state = 'rendering' LIMIT 1",
        "while sending": "SELECT 1 FROM core_outgoingemail WHERE state = 'sending' LIMIT 1",
    }.items():
        seen[name] = seen.get(name, 0) + len(portal.rows(question))
    number = dice.randrange(len(workers))
    if dice.random() < 0.3 and (children := workers[number].children):
        # Celery counts what this child did as done and lost; only the database knows better.
        os.kill(children[0], signal.SIGKILL)
        seen["only a child"] = seen.get("only a child", 0) + 1
        return
    workers[number].kill()
    workers[number] = portal.worker(processes=1)


def kill_between_acceptance_and_mark(portal: Portal, workers: list[Process]) -> None:
    """The one window: the mail server has the message and its answer never comes."""
    portal.post.be(hold=True)
    before = portal.post.count()
    wait(lambda: portal.post.count() > before, 300, portal.logs)
    for worker in workers:
        worker.kill()
    portal.post.be(slow=0.1)


@pytest.mark.parametrize("ask", [False, True], ids=["once-more", "ask-first"])
def test_1_workers_killed(portal: Portal, ask: bool) -> None:
    begun, dice = time.monotonic(), random.Random(SEED)  # noqa: S311  # moments, no secrets
    if ask:
        portal.do("tests.faults.seed", "ask-first")
    portal.environment |= QUICK
    live = 0 if ask else len(put_back(portal, LIVE))
    portal.post.be(slow=0.1)
    seen: dict[str, int] = {}
    workers = [portal.worker(processes=1), portal.worker(processes=1)]
    portal.beat()
    if not ask:
        wait(
            lambda: portal.rows("SELECT 1 FROM proposals_document WHERE state = 'rendering'"),
            300,
            portal.logs,
        )
        kill_one(portal, workers, dice, seen)
    wait(lambda: portal.post.count() > 0, 300, portal.logs)
    kill_between_acceptance_and_mark(portal, workers)
    workers = [portal.worker(processes=1), portal.worker(processes=1)]
    for _ in range(3 if ask else KILLS - 2):
        time.sleep(dice.uniform(0.2, 4))
        kill_one(portal, workers, dice, seen)
    what = (
        "a worker killed ten times"
        if not ask
        else "killed in the window and three times more, a person is asked first"
    )
    found = end(portal, "1b" if ask else "1", what, begun, printed=live, kills=seen)
    if ask:
        assert found.second_copies == 0, "sent once more without asking"
        assert found.asking, "nobody is asked about what may have been delivered"
    else:
        assert found.second_copies, "the window was not met"
    found.notes["second copies of all messages"] = round(found.second_copies / found.messages, 4)
    tally.record(found)


# --- 2, 3, 5, 9: engines, clocks and machines ---------------------------------------------


def test_2_valkey_stopped_flushed_started(portal: Portal) -> None:
    begun = time.monotonic()
    portal.post.be(slow=0.05)
    portal.worker()
    portal.beat()
    wait_for_sent(portal, 0.2)
    portal.engines.stop_valkey()
    time.sleep(4)
    portal.engines.start_valkey()
    portal.engines.flush_valkey()
    found = end(portal, "2", "Valkey stopped, flushed, started", begun)
    assert found.second_copies == 0


def test_3_postgresql_restarted(portal: Portal) -> None:
    begun = time.monotonic()
    portal.post.be(slow=0.05)
    portal.worker()
    portal.beat()
    wait_for_sent(portal, 0.2)
    portal.engines.stop_postgres_at_once()
    time.sleep(2)
    portal.engines.start_postgres()
    end(portal, "3", "PostgreSQL cut off and started again", begun)


def test_5_two_clocks_and_four_workers(portal: Portal) -> None:
    begun = time.monotonic()
    for _ in range(4):
        portal.worker(processes=1)
    for _ in range(2):
        portal.beat()
    found = end(portal, "5", "two clocks and four workers at once", begun)
    assert found.second_copies == 0


def test_9_everything_killed_and_started(portal: Portal) -> None:
    begun = time.monotonic()
    portal.post.be(slow=0.05)
    portal.worker()
    portal.beat()
    wait_for_sent(portal, 0.3)
    portal.engines.kill()
    portal.kill_all()
    portal.engines.start()
    portal.worker()
    portal.beat()
    end(portal, "9", "the machine rebooted", begun)


# --- 4: the mail server -------------------------------------------------------------------


def test_4_mail_server_in_every_mood(portal: Portal) -> None:
    begun = time.monotonic()
    refused = a_part(25, salt="refuse")
    later = [address for address in a_part(3, salt="later") if address not in refused]
    rest = [address for address in ADDRESSES if address not in {*refused, *later}]
    kept = a_part(10, rest, "kept")
    lost = [address for address in a_part(10, rest, "lost") if address not in kept]
    mood = {"refuse": refused, "later": later, "drop_kept": kept, "drop_lost": lost}
    portal.post.be(**mood)
    portal.post.close()
    portal.worker()
    portal.beat()
    wait(lambda: portal.rows(OUTBOX_OPEN, "retry")[0][0] > 0, 300, portal.logs)
    portal.post.open()
    wait_for_sent(portal, 0.1)
    portal.post.be(**mood, hang=True)
    time.sleep(4)
    portal.post.be(**mood, slow=0.1)
    tally.wait_until_settled(portal, RECIPIENTS)
    failed = [str(key) for (key,) in portal.rows("SELECT id FROM core_outgoingemail WHERE state = 'failed'")]
    wait_until_told(portal, failed)
    found = end(
        portal, "4", "mail server down, hanging, slow, 451, 550, dropping after DATA", begun, refused=refused
    )
    assert found.failed == len(refused)
    # Of what was kept without an answer one more copy leaves; so it does of the few that met the hanging.
    assert len(kept) <= found.second_copies <= len(kept) + 4


# --- 6: the store ---------------------------------------------------------------------------


def limit_files(worker: Process, size: int) -> None:
    """No process of this worker can write a longer file: what a full disk does to a document."""
    for pid in [worker.pid, *worker.children]:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_6_store_full_while_printing(portal: Portal) -> None:
    begun = time.monotonic()
    live = len(put_back(portal, LIVE))
    worker = portal.worker()
    wait(lambda: worker.children, 300, portal.logs)
    limit_files(worker, 4096)
    portal.beat()
    wait(lambda: portal.rows("SELECT 1 FROM core_incident WHERE kind = 'store'"), 300, portal.logs)
    time.sleep(3)
    assert portal.rows("SELECT count(*) FROM proposals_document WHERE state = 'failed'")[0][0] == 0
    limit_files(worker, resource.RLIM_INFINITY)
    found = end(portal, "6", "the store full while printing, then free", begun, printed=live)
    assert found.second_copies == found.failed == 0
    assert not list(portal.documents.rglob("*.part*")), "half a file was left"


def move_to(way: stores.Way, folder: Path) -> None:
    """Every printed paper into the bucket, past the way and its faults."""
    hand = stores.client(way)
    for file in filter(Path.is_file, folder.rglob("*")):
        name = f"kept/{file.relative_to(folder).as_posix()}"
        hand.put_object(Bucket=stores.BUCKET, Key=name, Body=file.read_bytes())


def test_6_s3_store_out_of_order(portal: Portal) -> None:
    begun = time.monotonic()
    live = len(put_back(portal, min(10, RECIPIENTS)))
    with stores.s3() as way:
        move_to(way, portal.documents)
        portal.environment["DOCUMENTS_URL"] = way.url
        portal.worker()
        portal.beat()
        for number, fault in enumerate(("refuse", "hang", "cut")):
            wait_for_sent(portal, 0.2 + number / 5)
            way.fault = fault
            time.sleep(4)
            way.fault = ""
        found = end(portal, "6b", "an S3 store that refuses, hangs, cuts the line", begun, printed=live)
    assert portal.rows("SELECT 1 FROM core_incident WHERE kind = 'store'"), "nobody was told of the store"
    assert found.second_copies == found.failed == 0


# --- 7: the clock ----------------------------------------------------------------------------


def test_7_clock_a_day_forward_and_back(portal: Portal) -> None:
    begun = time.monotonic()
    clock = portal.engines.folder / f"{portal.database}-clock"
    clock.write_text("0")
    portal.environment |= QUICK | {"FAULT_CLOCK": str(clock)}
    live = len(put_back(portal, min(10, RECIPIENTS)))
    portal.post.be(slow=0.1)
    workers = [portal.worker(processes=1, module=FAULTY), portal.worker(processes=1, module=FAULTY)]
    clockwork = portal.beat(module=FAULTY)
    wait_for_sent(portal, 0.15)
    clock.write_text("86400")
    time.sleep(2)
    portal.post.be(hold=True, slow=0.1)
    before = portal.post.count()
    wait(lambda: portal.post.count() > before, 300, portal.logs)
    workers[0].kill()
    clock.write_text("0")
    time.sleep(0.3)
    portal.post.be(slow=0.1)
    portal.worker(processes=1, module=FAULTY)
    wait(lambda: "the clock was set back" in clockwork.log.read_text(), 120, portal.logs)
    end(portal, "7", "the clock a day ahead and back, a worker killed then", begun, printed=live)


# --- 8: papers that break their printer --------------------------------------------------------


def test_8_papers_that_break_their_printer(portal: Portal) -> None:
    begun = time.monotonic()
    portal.environment |= {"TASK_SOFT_SECONDS": "8", "TASK_HARD_SECONDS": "10", "PRESS_LEASE_SECONDS": "12"}
    crashing, hanging, *well = put_back(portal, min(12, LIVE))
    portal.environment |= {"FAULT_POISON": crashing, "FAULT_HANG": hanging}
    portal.worker(module=FAULTY)
    portal.beat()
    broken = (
        "SELECT count(*) FROM proposals_document WHERE id = ANY(%s) AND state = 'failed' AND attempts = 3"
    )
    without = [address_of(portal, document) for document in (crashing, hanging)]
    wait(lambda: portal.rows(broken, [crashing, hanging])[0][0] == 2, 400, portal.logs)
    wait_until_told(portal, [crashing, hanging])
    found = end(
        portal,
        "8",
        "a paper that crashes its printer, one that hangs",
        begun,
        printed=len(well),
        without=without,
    )
    assert found.second_copies == 0


# --- a worker told to stop, as at every upgrade ---------------------------------------------------


def test_a_worker_told_to_stop_ends_what_it_does_and_hands_back_the_rest(portal: Portal) -> None:
    begun = time.monotonic()
    portal.environment |= {"EMAIL_TIMEOUT": "15", "MAIL_LEASE_SECONDS": "40"}
    portal.post.be(hold=True)
    worker = portal.worker()
    portal.beat()
    wait(lambda: portal.post.count() > 0, 300, portal.logs)
    held = time.monotonic()
    worker.terminate()
    time.sleep(1)
    assert worker.lives, "it left in the middle of a message"
    portal.post.be()
    worker.wait(settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT + 10)
    stopped = time.monotonic() - held
    assert portal.rows(OUTBOX_OPEN, "sending")[0][0] == 0, "a message was left half way"
    portal.worker()
    found = end(portal, "stop", "a worker told to stop, another started", begun, stopped=round(stopped, 1))
    assert found.second_copies == 0


@pytest.fixture(scope="session", autouse=True)
def _show_the_table(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if tally.RESULTS.exists():
        request.config.get_terminal_writer().line(f"\n{tally.table()}")
