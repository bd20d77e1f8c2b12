"""The schema of the data: published, whole, strict, and kept by every package."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import jsonschema
import pytest
from django.test import Client

from imc_portal.core.problems import Refusal
from meetings.package import schema
from tests.meetings import packages, scenes


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return packages.make_scene()


def objects(node: Any) -> list[dict[str, Any]]:
    """Every object that the schema describes."""
    if isinstance(node, list):
        return [found for item in node for found in objects(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == "object" else []
    return own + [found for item in node.values() for found in objects(item)]


def test_the_schema_is_a_schema_and_strict_throughout() -> None:
    known = json.loads(schema.text())
    jsonschema.Draft202012Validator.check_schema(known)
    described = objects(known)
    assert len(described) > 50
    for one in described:
        assert one["additionalProperties"] is False
        assert sorted(one["required"]) == sorted(one["properties"])


@pytest.mark.parametrize("kind", ["full", "public"])
def test_what_a_package_says_keeps_it(scene: scenes.Scene, kind: str) -> None:
    known = packages.facts(scene, kind)
    assert schema.problems(known) == []
    assert known["format"] == "imc-portal/hand-over/2"
    assert known["schema"].endswith("/schemas/hand-over-2.json")


SPOILT: dict[str, tuple[list[Any], Any]] = {
    "another format": (["format"], "imc-portal/hand-over/1"),
    "a field of its own": (["case", "colour"], "red"),
    "no title": (["case", "title"], ""),
    "no moment": (["made_at"], "yesterday"),
    "a moment without a zone": (["made_at"], "2026-12-03T09:00:00"),
    "no date": (["next_steps", 0, "due"], "2031-13-01"),
    "no key": (["areas", 0, "id"], "area-1"),
    "no address": (
        ["participants", 0, "contact"],
        {"name": "A", "role": "", "office": "", "email": "nobody"},
    ),
    "a vote nobody knows": (["decisions", 0, "explore_feasibility"], "perhaps"),
    "money as a number": (["needs", 0, "baseline", "annual_cost"], 150000.0),
    "a grade of five": (["areas", 0, "screening", "need"], 5),
    "a checksum cut off": (["documents", 0, "sha256"], "abc"),
    "a stakeholder who was contacted": (["stakeholders", 0, "contacted"], True),
    "null for a list": (["answers"], None),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_what_breaks_it_is_refused_with_its_place(scene: scenes.Scene, fault: str) -> None:
    known = deepcopy(packages.facts(scene))
    path, value = SPOILT[fault]
    place = known
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(Refusal) as refused:
        schema.require(known)
    assert str(path[0]) in str(refused.value)


@pytest.mark.parametrize("name", ["format", "case", "for_legal_check", "open_questions", "provenance"])
def test_nothing_may_lack(scene: scenes.Scene, name: str) -> None:
    known = packages.facts(scene)
    del known[name]
    assert any(name in problem for problem in schema.problems(known))


def test_a_public_copy_may_hold_no_letter_and_no_file(scene: scenes.Scene) -> None:
    known = packages.facts(scene) | {"kind": "public"}
    assert schema.problems(known)


@pytest.mark.slow
def test_a_package_that_breaks_it_is_never_made(scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meetings.package.facts.FORMAT", "imc-portal/hand-over/3")
    with pytest.raises(Refusal, match="hand-over/2"):
        packages.make(scene)
    assert not scene.case.hand_overs.exists()


def test_it_is_public_at_an_address_that_stays(db: None, client: Client) -> None:
    response = client.get("/schemas/hand-over-2.json")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/schema+json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.content == schema.text()
    assert client.post("/schemas/hand-over-2.json").status_code == 405
