"""The roof of the house: settings, addresses, background work."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """Celery's application, once somebody asks: engines and the demo's helpers never do."""
    if name != "celery_app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("imc_portal.celery").app
