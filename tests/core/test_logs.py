"""Logs: ids and what happened; no address, no name, no token, no secret, whatever broke."""

from __future__ import annotations

import io
import json
import logging
import smtplib
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from imc_portal.core import links, logs, outbox
from imc_portal.core.models import OutgoingEmail, User
from imc_portal.core.tasks import deliver_email
from tests.conftest import StartWorker

ADDRESS, NAME, SECRET = "anna.muster@gemeinde.example", "Anna Mustermann", "hunter2-hunter2"


class Lines:
    """What was logged, as it is written."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.is_json = False

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(params=["json", "text"])
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """Every record of every logger, in each form."""
    found = Lines()
    form: logging.Formatter = logs.Json() if request.param == "json" else logs.Plain(logs.PLAIN)
    found.is_json = request.param == "json"
    handler = logging.StreamHandler(found.stream)
    handler.setFormatter(form)
    root, loud = logging.getLogger(), ("django.request", "django_structlog", "celery")
    levels = {name: logging.getLogger(name).level for name in loud}
    root.addHandler(handler)
    for name in loud:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield found
    root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def clean(text: str, *more: str) -> None:
    for word in (ADDRESS, "anna.muster", "Muster", SECRET, settings.SECRET_KEY, *more):
        assert word not in text, text


@pytest.fixture
def anna(db: None) -> User:
    made: User = User.objects.create_user(email=ADDRESS, name=NAME, password="a-long-enough-password")
    return made


@pytest.mark.django_db
def test_a_request_has_a_number_and_no_secret(lines: Lines, client: Client, anna: User) -> None:
    client.force_login(anna)
    answer = client.get(f"/profile/?next={ADDRESS}&q={NAME}", headers={"authorization": f"Bearer {SECRET}"})
    number = answer.headers["X-Request-ID"]
    link = links.issue(purpose="participant", subject=uuid4(), holder=NAME, language="en")
    token = links.token_of(link)
    client.get(reverse("personal:home", kwargs={"token": token}))
    client.get(f"/p/{token[:-1]}x/proposal.pdf")
    client.get(f"/nowhere/{ADDRESS}/")
    clean(lines.text, token, token[:-1])
    if lines.is_json:
        ours = [row for row in lines.rows() if row.get("request_id") == number]
        assert [row["request"] for row in ours if row["event"] == "request_finished"] == ["GET /profile/"]
        assert ours[-1]["user_id"] == anna.pk


@pytest.mark.django_db
def test_a_page_that_breaks_says_its_number_and_nothing_of_anybody(
    lines: Lines, client: Client, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        token = links.token_of(links.issue(purpose="p", subject=uuid4(), holder=NAME, language="en"))
        address = f"https://{NAME.split()[0]}:{SECRET}@host/p/{token}/?code={SECRET}"
        try:
            raise smtplib.SMTPRecipientsRefused({ADDRESS: (550, f"no “{NAME}”".encode())})
        except smtplib.SMTPException as first:
            raise ValueError(f"'{NAME}' <{ADDRESS}> at {address}, password={SECRET}") from first

    monkeypatch.setattr("imc_portal.core.accounts.keep_settings", broken)
    client.force_login(anna)
    client.raise_request_exception = False
    answer = client.post("/profile/", {"name": NAME, "language": "en", "time_zone": "UTC"})
    assert answer.status_code == 500
    number = answer.headers["X-Request-ID"]
    assert f"<code>{number}</code>" in answer.content.decode()
    clean(lines.text)
    assert "ValueError" in lines.text
    assert "SMTPRecipientsRefused" in lines.text
    assert "test_logs.py" in lines.text  # where it broke
    if lines.is_json:
        assert number in {row.get("request_id") for row in lines.rows() if "exception" in row}


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_not_quoted(lines: Lines, anna: User) -> None:
    try:
        with transaction.atomic():
            User.objects.create(email=ADDRESS, name=NAME)
    except IntegrityError:
        logging.getLogger("any").exception("not kept")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE core_user SET language = NULL")
    except IntegrityError:
        logging.getLogger("any").exception("not kept either")
    clean(lines.text)
    assert "UniqueViolation" in lines.text
    assert "NotNullViolation" in lines.text


def make_email(**fields: Any) -> OutgoingEmail:
    wanted = {"key": f"k-{uuid4()}", "to_address": ADDRESS, "to_name": NAME, "subject": NAME, "text": NAME}
    return outbox.enqueue(outbox.Message(**(wanted | fields)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("problem", ["refused", "broken"])
def test_a_send_that_fails_tells_its_key_alone(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    def send(*_arguments: object, **_more: object) -> None:
        if problem == "refused":
            raise smtplib.SMTPRecipientsRefused({ADDRESS: (550, f"{NAME} is unknown".encode())})
        raise RuntimeError(f"cannot write to '{NAME}' <{ADDRESS}>, password: {SECRET}")

    monkeypatch.setattr(smtplib, "SMTP", send)
    email = make_email()
    try:
        deliver_email(str(email.pk))
    except RuntimeError:
        logging.getLogger("celery.app.trace").exception("Task raised unexpected: %r", send)
    assert str(email.pk) in lines.text
    clean(lines.text)


def test_what_libraries_say_is_scrubbed_too(lines: Lines) -> None:
    log = logging.getLogger("library")
    log.warning("connecting to redis://:%s@host:6379/0 for %s", SECRET, ADDRESS)
    log.warning('{"Authorization": "Basic %s", "Cookie": "session=%s"}', SECRET, SECRET)
    log.warning("GET /p/abcDEF-_123456/reply/?reply=yes and http://x.example/a?email=%s", ADDRESS)
    log.warning("anna.muster%%40gemeinde.example, key of the portal %s", settings.SECRET_KEY)
    clean(lines.text, "abcDEF", "reply=yes", "gemeinde.example")
    assert "/reply/" in lines.text
    assert len(lines.text.splitlines()) == 4


def test_what_is_no_secret_stays(lines: Lines) -> None:
    said = "email 0f8fad5b-d9cd-469f-a165-70873ee0d9cb is sent in 0.3 s (80%), see /cases/0f8fad5b/ 3/4"
    logging.getLogger("any").info(said)
    assert said in lines.text


def test_a_task_that_breaks_says_which_and_where(lines: Lines) -> None:
    logger = logging.getLogger("celery.app.trace")
    try:
        raise ValueError(f"'{NAME}' of {ADDRESS}")
    except ValueError as problem:
        told = {"name": "tasks.x", "id": "t-1", "exc": repr(problem), "args": [NAME], "kwargs": {}}
        logger.error("Task %(name)s[%(id)s] raised unexpected: %(exc)s", told, exc_info=True)
    clean(lines.text)
    assert "Task tasks.x[t-1] raised unexpected: ValueError" in lines.text


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_a_worker_says_is_json_with_the_ids_of_task_and_request(
    wait_until: Callable[..., None], celery_worker_process: StartWorker, capfd: pytest.CaptureFixture[str]
) -> None:
    email = make_email()
    row = OutgoingEmail.objects.filter(pk=email.pk)
    worker = celery_worker_process("mail", LOG_FORMAT="json", EMAIL_URL=f"smtp://u:{SECRET}@127.0.0.1:9")
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        sent = deliver_email.delay(f"{ADDRESS} {NAME}")
        deliver_email.delay(str(email.pk))
    wait_until(lambda: row.exclude(state__in=["queued", "sending"]).exists(), 60, "the attempt")
    worker.terminate()
    worker.wait(40)
    said = capfd.readouterr().err
    clean(said)
    ours = [json.loads(line) for line in said.splitlines() if sent.id in line]
    (failed,) = [one for one in ours if one["event"] == "task_failed"]
    assert (failed["request_id"], failed["task_id"], failed["level"]) == ("r-1", sent.id, "error")
    assert "badly formed hexadecimal UUID" in failed["exception"]
