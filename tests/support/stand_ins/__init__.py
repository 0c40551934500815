"""Stand-ins of systems that cannot be installed here: each behaves as its public source and documents say."""
