"""One case with everything in it, and the fixed cast that knocks on every door."""

from tests.world.case import build
from tests.world.cast import CAST, SECRETS, World

__all__ = ["CAST", "SECRETS", "World", "build"]
