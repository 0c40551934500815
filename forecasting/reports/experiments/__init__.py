"""The page of an experiment's comparison."""
