"""The portal with the bare reference page beside it, for gunicorn in the benchmarks."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imc_portal.settings")

from django.conf import settings  # after the environment

settings.ROOT_URLCONF = "tests.bench.bare"
settings.ALLOWED_HOSTS = ["127.0.0.1"]

from imc_portal.wsgi import application  # noqa: E402, F401  # reads the settings above
