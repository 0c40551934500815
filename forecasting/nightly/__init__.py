"""The rules of a night without people: what is believed, what counts as ordered, what is approved."""
