"""What should we buy? Datasets, policies, plans and replays."""
