"""The door for the web server (gunicorn --preload imc_portal.wsgi)."""

from __future__ import annotations

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

# Nothing of what is loaded is rubbish: do not look for any.
gc.disable()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imc_portal.settings")
application = get_wsgi_application()
# Every page, and what some load only when asked, once for all processes of the server; else the first
# visitor of each would wait for it.
import_module(settings.ROOT_URLCONF)
for late in ("proposals.documents.typesetter", "scipy.optimize", "scipy.sparse", "scipy.spatial"):
    import_module(late)

# What is loaded by now stays. Pages leave few cycles behind: looking for them after every 700 new objects,
# as Python does by itself, takes longer than it is worth.
gc.freeze()
gc.set_threshold(10_000, 10, 10)
gc.enable()
