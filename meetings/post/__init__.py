"""The post room of a case: every message, what it belongs to, its story, and what leaves with it."""
