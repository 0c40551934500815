"""A company's tables: what they hold, how they are read, checked, written and made."""
