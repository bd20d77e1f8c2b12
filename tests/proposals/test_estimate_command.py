"""manage.py estimate: what programs rely on, the published example, and input that is wrong."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from partners.models import Function
from proposals.documents.ground import effect_of
from proposals.management.commands import estimate as command
from tests.proposals.estimates import EXAMPLE

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent / "data"
PROMISED = {
    "solo",
    "joint_with_coordination",
    "group_net_gain",
    "net_gain_by_key",
    "losers",
    "in_core",
    "scenarios",
}
ALL_KEYS = [
    "equal",
    "population",
    "usage",
    "fiscal_capacity",
    "property_value",
    "mixed_20_50_30",
    "base_usage",
    "solo_cost",
    "scrb",
    "shapley",
    "nucleolus",
]


def run(path: Path | str, form: str = "json") -> tuple[str, str]:
    """What it writes and what it says."""
    out, err = io.StringIO(), io.StringIO()
    call_command("estimate", str(path), "--format", form, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def asked(folder: Path, data: Any) -> dict[str, Any]:
    """The answer to a question."""
    file = folder / "question.json"
    file.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    answer: dict[str, Any] = json.loads(run(file)[0])
    return answer


def question(**changes: Any) -> dict[str, Any]:
    """The worked example without what it expects."""
    kept = {name: value for name, value in EXAMPLE.items() if name not in ("about", "expected")}
    return {name: value for name, value in (kept | changes).items() if value is not None}


def group(**facts: Any) -> dict[str, Any]:
    """The members of the example, each with more facts."""
    return {key: member | facts for key, member in EXAMPLE["members"].items()}


def test_the_worked_example_comes_out() -> None:
    expected = EXAMPLE["expected"]
    out, _err = run(DATA / "worked_example.json")
    found = json.loads(out)
    assert set(found) >= PROMISED
    assert found["solo"] == pytest.approx(expected["solo"], abs=2)
    for name in ("joint_with_coordination", "group_net_gain"):
        assert found[name] == pytest.approx(expected[name], abs=2)
    for key, nets in expected["net_gain_by_key"].items():
        assert found["net_gain_by_key"][key] == pytest.approx(nets, abs=2), key
        assert found["losers"][key] == [member for member, net in nets.items() if net < 0]
    assert found["in_core"]["population"] is True
    assert found["in_core"]["equal"] is False
    assert found["figures_of"] == "high"
    assert set(found["scenarios"]) == {"low", "central", "high"}
    assert found["missing"] == {"property_value": ["A", "B", "C"]}


def test_standard_input_is_read_and_standard_output_holds_json_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.TextIOWrapper(io.BytesIO(json.dumps(question(colour="red")).encode()))
    monkeypatch.setattr(sys, "stdin", raw)
    out, err = run("-")
    assert json.loads(out)["group_net_gain"] == pytest.approx(57_650, abs=2)
    assert err == "Fields ignored: colour\n"


def test_every_key_is_there_once_everything_is_told(tmp_path: Path) -> None:
    found = asked(tmp_path, question(members=group(property_value=5)))
    assert list(found["net_gain_by_key"]) == ALL_KEYS
    for key, shares in found["shares"].items():
        assert sum(shares.values()) == pytest.approx(found["joint_with_coordination"], abs=0.001), key
    assert found["missing"] == {}


def test_weights_base_share_and_grant_are_taken(tmp_path: Path) -> None:
    terms = {"weights": {"equal": 100}, "base_share": 100, "grant": {"amount": 900, "years": 3}}
    found = asked(tmp_path, question(**terms))
    equal = found["net_gain_by_key"]["equal"]
    assert found["net_gain_by_key"]["mixed_100_0_0"] == found["net_gain_by_key"]["base_usage"] == equal
    assert found["grants"]["by_member"] == {"A": 120.0, "B": 280.0, "C": 500.0}
    assert found["grants"]["by_year"]["A"] == [40.0, 40.0, 40.0]
    assert found["group_net_gain"] == pytest.approx(57_650, abs=2)


def test_own_costs_stand_before_the_cost_per_inhabitant(tmp_path: Path) -> None:
    members = group() | {"A": {"population": 6_000, "annual_cost": 50_000.5, "name": "Aarau"}}
    found = asked(tmp_path, question(members=members))
    assert found["solo"]["A"] == 50_000.5
    assert [found["inputs"][key]["origin"] for key in "AB"] == ["measured", "default"]
    assert found["missing"]["usage"] == ["Aarau"]


def test_the_catalogue_stands_in_for_what_is_not_given(tmp_path: Path) -> None:
    given = dict.fromkeys(("efficient_scale", "reference_population", "excess_at_reference"))
    assert asked(tmp_path, question(**given)) == asked(tmp_path, question())
    function = Function.objects.get(pk="ADM-TAX")
    function.evidence.efficient_scale = 30_000
    function.evidence.save()
    assert asked(tmp_path, question(**given))["solo"]["C"] < asked(tmp_path, question())["solo"]["C"]


def test_a_service_without_a_curve_shows_its_central_scenario(tmp_path: Path) -> None:
    """Waste: 7 % less for those far below 30,000; A at 6,000 counts as 10,000, C is not far from it."""
    given = dict.fromkeys(("efficient_scale", "reference_population", "excess_at_reference"))
    found = asked(tmp_path, question(service="ENV-WCO", **given))
    assert found["figures_of"] == "central"
    assert found["solo"] == {"A": 60_000.0, "B": 140_000.0, "C": 250_000.0}
    central, low = found["scenarios"]["central"], found["scenarios"]["low"]
    assert central["group_net_gain"] == found["group_net_gain"]
    assert central["running"] == pytest.approx(60_000 * 0.93 + 140_000 * 0.951436 + 250_000 * 0.988383, abs=1)
    assert low["group_net_gain"] < 0


def test_text_names_who_gains_and_whether_some_may_leave() -> None:
    out, _err = run(DATA / "worked_example.json", "text")
    assert "shapley            nobody leaves  A 11,806.63" in out
    assert "equal              some may leave A -82,369.63" in out
    assert "property_value     not formed     A, B, C" in out


def swedish(join: str = "") -> dict[str, float]:
    lines = (DATA / "swedish_water_costs.csv").read_text().split()[1:]
    pairs = (line.split(",") for line in lines)
    return {join.join(name): float(cost) for name, cost in pairs}


@pytest.mark.parametrize("join", ["", "+"])
def test_a_table_of_costs_of_all_groups_is_divided(tmp_path: Path, join: str) -> None:
    found = asked(tmp_path, {"coalition_costs": swedish(join)})
    published = {
        "scrb": [19.54, 13.28, 5.62, 10.90, 16.66, 17.82],
        "shapley": [20.01, 10.71, 6.61, 10.37, 16.95, 19.18],
        "nucleolus": [20.35, 12.06, 5.00, 8.61, 18.32, 19.49],
    }
    for key, shares in published.items():
        assert list(found["shares"][key].values()) == pytest.approx(shares, abs=0.01)
        assert sum(found["shares"][key].values()) == pytest.approx(83.82, abs=1e-9)
    assert found["in_core"] == {"scrb": False, "shapley": False, "nucleolus": True}
    assert found["blocking"]["shapley"] == ["H", "K", "L"]


def test_members_of_a_table_can_have_names(tmp_path: Path) -> None:
    costs = {"North": 10, "South": 20, "North+South": 24}
    found = asked(tmp_path, {"members": ["South", "North"], "coalition_costs": costs})
    assert found["shares"]["nucleolus"] == {"North": 7.0, "South": 17.0}
    assert found["losers"]["shapley"] == []


LONE = {"A": {"population": 5}}
WRONG = [
    ("not json", "Not JSON"),
    ("[]", "one JSON object"),
    ("", "Not JSON"),
    ('{"service": NaN}', "NaN is not a number"),
    ('{"service": "x", "service": "y"}', "stands twice"),
    ("[" * 100_000, "brackets"),
    ('{"a": ' + "9" * 5_000 + "}", "too long"),
    ({}, "service: is missing"),
    (question(service=None), "service: is missing"),
    (question(service="NO-SUCH"), "NO-SUCH is no function"),
    (question(service="AD\x00M"), "printable"),
    (question(service=7), "service: a text"),
    (question(members=None), "members: is missing"),
    (question(members=[1, 2]), "members: an object of 2 to 200"),
    (question(members=LONE), "members: an object of 2 to 200"),
    (question(members={str(n): {"population": 5} for n in range(201)}), "2 to 200"),
    (question(members=LONE | {"B": 7}), "members, B: a name and an object"),
    (question(members=LONE | {"B\n": {"population": 5}}), "a name and an object"),
    (question(members=LONE | {"B": {}}), "members, B, population: is missing"),
    (question(members=LONE | {"B": {"population": -1}}), "B, population: a number from 0"),
    (question(members=LONE | {"B": {"population": "5"}}), "B, population: a number, without quotes"),
    (question(members=LONE | {"B": {"population": True}}), "B, population: a number, without quotes"),
    (question(members=LONE | {"B": {"population": 2.5}}), "B, population: a whole number"),
    (question(members=LONE | {"B": {"population": 10**30}}), "B, population: a number from 0"),
    (question(members=group(volume=-1)), "A, volume: a number from 0"),
    (question(members=group(fiscal_capacity="much")), "A, fiscal_capacity: a number, without quotes"),
    (question(members=group(annual_cost=10**13)), "A, annual_cost: a number from 0"),
    (question(unit_cost_per_inhabitant=None), "unit_cost_per_inhabitant: is missing, and so is"),
    (question(unit_cost_per_inhabitant="10"), "unit_cost_per_inhabitant: a number, without quotes"),
    (question(efficient_scale=0), "efficient_scale: a number from 2"),
    (question(reference_population=60_000), "smaller than the efficient scale"),
    (question(excess_at_reference=-0.1), "excess_at_reference: a number from 0"),
    (question(coordination_share_of_joint_cost=2), "coordination_share_of_joint_cost: a number from 0 to 1"),
    (question(weights=[50, 50, 50]), "weights: three whole numbers"),
    (question(weights={"rich": 100}), "weights: three whole numbers"),
    (question(weights="20 50 30"), "weights: three whole numbers"),
    (question(base_share=101), "base_share: a number from 0 to 100"),
    (question(grant=5), "grant: an object"),
    (question(grant={"years": 2}), "grant, amount: is missing"),
    (question(grant={"amount": 5, "years": 0}), "grant, years: a number from 1"),
    (question(headline="mine"), "headline: one of"),
    (question(service="EDU-PRE", excess_at_reference=None), "No study gives a number"),
    ({"coalition_costs": {}}, "cost of every group"),
    ({"coalition_costs": [1]}, "cost of every group"),
    ({"coalition_costs": {"A": 1, "B": 2}}, "1 groups are missing, A+B"),
    ({"coalition_costs": {"A": 1, "B": 2, "AB": 2, "BA": 2}}, "stands there twice"),
    ({"coalition_costs": {"A": 1, "B": 2, "AB": "3"}}, "AB: a number, without quotes"),
    ({"coalition_costs": {"A": 1, "B": 2, "AA": 2, "AB": 1}}, "AA: no group"),
    ({"coalition_costs": {"A": 1, "B": 1, "AB": 1, "": 2}}, "no group"),
    ({"coalition_costs": {"A": 1}}, "2 to 12 are needed"),
    ({"coalition_costs": {"A": 1, "B": 2, "AB": 2}, "members": ["A", "C"]}, "B: no group"),
    ({"coalition_costs": {"A": 1}, "members": "AB"}, "a list of names"),
    ({"coalition_costs": {"A": 1}, "members": ["A", "A"]}, "stands there twice"),
    ({"coalition_costs": {chr(65 + n): 1 for n in range(13)}}, "2 to 12 are needed"),
]


@pytest.mark.parametrize(("data", "sentence"), WRONG, ids=[sentence for _data, sentence in WRONG])
def test_wrong_input_is_refused_with_a_sentence(tmp_path: Path, data: Any, sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        asked(tmp_path, data)
    assert refusal.value.returncode == 1
    assert sentence in str(refusal.value)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        asked(tmp_path, question(base_share=-1, members=LONE | {"B": {"population": -1, "volume": "x"}}))
    assert len(str(refusal.value).splitlines()) == 3


@pytest.mark.parametrize("name", ["no-such-file.json", "a\x00b", "."])
def test_a_file_that_cannot_be_read_is_refused(name: str) -> None:
    with pytest.raises(CommandError, match="cannot be read") as refusal:
        run(name)
    assert refusal.value.returncode == 1


def test_bytes_that_are_no_text_and_endless_input_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    for raw, sentence in ((b"\xff\xfe{", "not UTF-8"), (b" " * 2_000_001, "longer than")):
        file.write_bytes(raw)
        with pytest.raises(CommandError, match=sentence):
            run(file)


def test_the_shipped_catalogue_stands_in_for_a_database_without_tables() -> None:
    kept = Function.objects.select_related("evidence")
    assert len(kept) > 30
    for function in kept:
        shipped = command._shipped(function.code)
        assert shipped is not None
        assert effect_of(shipped.evidence) == effect_of(function.evidence)
    assert command._shipped("NO-SUCH") is None
