"""Approved orders into ordering systems, exactly once: the outbox, and the state machine that empties it."""
