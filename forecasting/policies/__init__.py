"""The rules that decide what to order: one file each."""
