"""Pages of the desk; thin: find what is visible, ask the policy, call the service."""
