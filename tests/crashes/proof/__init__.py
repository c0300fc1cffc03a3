"""The proof that nothing is lost, doubled, disordered or leaked: `make crash`."""
