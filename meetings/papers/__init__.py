"""Papers of a meeting as HTML for the typesetter, one module for each kind."""
