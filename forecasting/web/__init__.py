"""The pages and the REST interface: they read the store and call use cases; no rule is theirs."""
