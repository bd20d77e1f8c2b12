"""The hand-over package: what the legal check and the feasibility study start from."""
