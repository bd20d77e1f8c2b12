"""The roof of the house: settings, addresses, background work."""

from __future__ import annotations

from imc_portal.celery import app as celery_app

__all__ = ["celery_app"]
