"""The paper as data: what is attached to the PDF for machines. The schema is told in docs/proposal-data.md.

Nothing in it is hidden in the paper: members' figures are in the tables of sources, words to others are in it
only where the initiator shares the annexes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from proposals.documents import wording
from proposals.documents.facts import Facts
from proposals.estimate import Estimate, Origin, record
from proposals.models import Annex, ProposalVersion

SCHEMA, SCHEMA_VERSION = "imc-proposal", 1


def shared_data(version: ProposalVersion, facts: Facts, annexes: Mapping[str, Annex]) -> str:
    """The part that is the same for all recipients, in whatever language they read: a JSON object."""
    names = _short_names(facts)
    return _text(
        {
            "title": facts.title,
            "version": version.number,
            "approved_at": version.approved_at.isoformat(timespec="seconds") if version.approved_at else None,
            "answer_by": version.answer_by.isoformat() if version.answer_by else None,
            "country": facts.country,
            "currency": wording.currency_of(facts.country),
            "initiator": names[facts.initiator.key],
            "written_in": version.drafted_by.language,
            "cost_key": version.cost_key,
            "annexes_shared": version.annexes_shared,
            "what_changed": version.what_changed,
            "sections": {name: getattr(version, name) for name in ProposalVersion.SECTIONS},
            **_group(facts, names),
            "inputs": [row for one in facts.estimates for row in _inputs(one, names)],
            "estimates": [_renamed(record.to_json(one), names) for one in facts.estimates],
            "annexes": [
                {"recipient": names[key]} | _annex(annex) for key, annex in annexes.items() if key in names
            ],
        }
    )


def _group(facts: Facts, names: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Who is asked, the needs, and the areas."""
    return {
        "members": [
            {"id": names[one.key], "name": one.name, "population": one.population, "initiator": one.initiator}
            for one in facts.members
        ],
        "needs": [
            {
                "member": one.member,
                "function": one.function,
                "severity": one.severity,
                "statement": one.statement,
                "evidence": one.evidence,
            }
            for one in facts.needs
        ],
        "areas": [
            {
                "code": one.code,
                "function": one.function,
                "mode": one.mode,
                "efficient_scale": one.scale,
                "source": one.source,
                "confidence": one.confidence,
            }
            for one in facts.areas
        ],
    }


def own_data(annex: Annex, facts: Facts, language: str, shared: str) -> str:
    """The whole for one recipient: who it is for and what was written to it, before the shared part."""
    own = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "language": language,
        "recipient": _short_names(facts)[str(annex.participant_id)],
        "annex": _annex(annex),
    }
    return f"{_text(own)[:-1]},{shared[1:]}"


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _short_names(facts: Facts) -> dict[str, str]:
    """Members are m1, m2 … in the order of the group: our own keys say nothing outside."""
    return {one.key: f"m{number}" for number, one in enumerate(facts.members, 1)}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def _annex(annex: Annex) -> dict[str, Any]:
    return {
        "opening": annex.opening,
        "statements": [
            {
                "kind": one.kind,
                "benefit": one.is_benefit,
                "text": one.text,
                "indicator": one.indicator,
                "confidence": one.confidence,
            }
            for one in annex.statements.all()
        ],
        "open_questions": annex.open_questions,
    }


def _inputs(estimate: Estimate, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Each figure that went in, with where it comes from."""
    effect, code = estimate.service.effect, estimate.service.code
    studies = {"origin": str(Origin.DEFAULT), "source": effect.source, "confidence": effect.confidence}
    if effect.known:
        for name in ("low", "central", "high"):
            yield {"function": code, "input": f"effect_{name}", "value": effect.share(name)} | studies
        yield {"function": code, "input": "efficient_scale", "value": effect.scale} | studies
        yield {"function": code, "input": "studied_from", "value": effect.studied_from} | studies
    for solo in estimate.solos:
        told = {"origin": str(solo.origin), "source": solo.source, "confidence": solo.confidence}
        for name in ("cost", "volume"):
            value = getattr(solo, name)
            if value is not None:
                row = {"function": code, "input": name, "member": names[solo.key], "value": str(value)}
                yield row | told
