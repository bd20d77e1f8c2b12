#!/usr/bin/env python
"""Django's command line, with the embedded engines when the environment names no others."""

from __future__ import annotations

import os
import sys

from imc_portal import engines


def main() -> None:
    """Provide what is missing, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imc_portal.settings")
    try:
        engines.provide()
    except engines.EngineProblem as problem:
        sys.exit(f"manage.py: {problem}")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
