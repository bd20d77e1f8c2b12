"""Every door of the portal: its address, its method, and for whom it opens."""

from tests.doors.table import TABLE

__all__ = ["TABLE"]
