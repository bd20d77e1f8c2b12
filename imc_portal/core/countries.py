"""Countries by their code, as the active language calls them."""

from __future__ import annotations

from imc_portal.core.dates import locale


def country_name(code: str) -> str:
    """France or Frankreich for FR; a code that stands for no country stays what it is."""
    return str(locale().territories.get(code, code))
