"""Faults on purpose: real workers, clocks, engines and a real mail server, broken while they work."""
