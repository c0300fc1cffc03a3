"""The use cases, and the only business transactions: load rows, ask the domain, commit state + journal + intents."""
