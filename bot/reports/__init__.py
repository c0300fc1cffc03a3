"""Figures about tickets: SELECT in, frozen rows out, pure summaries. Reports change nothing."""
