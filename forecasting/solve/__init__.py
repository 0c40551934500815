"""One item's best policy, with its cost and service: ``reorder solve``."""
