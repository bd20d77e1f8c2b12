"""The portal in one terminal, with mail that goes nowhere but into a mailbox page. Never in production."""
