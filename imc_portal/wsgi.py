"""The door for the web server (gunicorn imc_portal.wsgi)."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imc_portal.settings")
application = get_wsgi_application()

# What is loaded by now stays. Pages leave few cycles behind: looking for them after every 700 new objects,
# as Python does by itself, takes longer than it is worth.
gc.freeze()
gc.set_threshold(10_000, 10, 10)
