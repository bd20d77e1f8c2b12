"""The slow look at stored documents: goes on where it stopped, tells what is damaged and what is mended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from imc_portal.core import documents, incidents
from imc_portal.core.documents import keeping
from imc_portal.core.models import CheckRound, Incident
from imc_portal.tasks import watch
from meetings.models import MeetingPaper
from meetings.services import stored
from tests.meetings import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def names() -> list[str]:
    """Five stored papers, in the order of the round."""
    meeting = scenes.call_informal(scenes.make_scene())
    made = []
    for edition in range(5):
        name, sha256 = documents.store(
            f"meetings/{meeting.pk}/{edition}.pdf", b"%PDF-1.7 " + bytes([edition])
        )
        MeetingPaper.objects.create(
            meeting=meeting,
            kind="agenda",
            language="en",
            edition=edition,
            state=MeetingPaper.State.STORED,
            file_name=name,
            sha256=sha256,
        )
        made.append(name)
    return made


def place(name: str) -> Path:
    return Path(settings.STORAGES["documents"]["OPTIONS"]["location"]) / name


def told() -> list[tuple[str, str, int]]:
    return sorted((one.kind, one.target_key, one.times) for one in incidents.open_ones())


def test_it_goes_on_where_it_stopped_and_begins_anew(
    names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    verified = keeping.verified

    def watched(name: str, sha256: str) -> bytes:
        seen.append(name)
        return verified(name, sha256)

    monkeypatch.setattr(keeping, "verified", watched)
    for _time in range(3):
        stored.look(2)
    assert seen == names
    row = CheckRound.objects.get()
    assert row.ended_at is not None
    assert (row.place, row.looked_at) == ("", 0)
    stored.look(2)
    assert seen[5:] == names[:2]


def test_damage_is_told_and_mending_closes_it(names: list[str]) -> None:
    whole = place(names[3]).read_bytes()
    place(names[3]).write_bytes(whole + b"!")
    place(names[4]).unlink()
    found = stored.look()
    assert found.damaged == names[3:]
    keys = [f"file:{name}" for name in names]
    assert told() == [("altered", keys[3], 1), ("missing", keys[4], 1)]
    stored.look(1)  # the same again, and one more
    assert told() == [("altered", keys[3], 1), ("missing", keys[4], 1)]
    place(names[3]).write_bytes(whole)
    assert stored.look(1).mended == 1
    assert told() == [("missing", keys[4], 1)]
    closed = Incident.objects.exclude(settled_at=None).get()
    assert "as it was stored" in closed.settled_how
    assert closed.settled_by == "IMC portal"


def test_a_store_that_is_down_is_one_incident_and_no_damage(
    names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(name: str, sha256: str) -> bytes:
        raise documents.StoreDown(name, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "verified", down)
        for _minute in range(3):
            watch()
    assert told() == [("store", "store:documents", 3)]
    watch()
    assert told() == []


def test_the_command_looks_at_all_and_says_what_is_damaged(
    names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    call: Callable[..., Any] = call_command
    call("check_documents")
    assert "5 documents verified" in capsys.readouterr().out
    place(names[1]).unlink()
    with pytest.raises(SystemExit) as ended:
        call("check_documents", format="json")
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out) == {"looked_at": 5, "damaged": [names[1]], "mended": 0}
    again = b"%PDF-1.7 " + bytes([1])
    assert hashlib.sha256(again).hexdigest()[:16] in names[1]
    place(names[1]).write_bytes(again)
    call("check_documents")
    assert "1 incidents closed" in capsys.readouterr().out
