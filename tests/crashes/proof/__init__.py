"""The proof that nothing is lost, doubled, disordered or leaked: ``python -m tests.crashes.proof``, or ``make crash``."""
