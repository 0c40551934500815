"""From facts to advice: what to order now, and why."""
