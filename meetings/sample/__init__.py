"""Sample data for the demo and for trying things out: real municipalities, fictitious people."""
