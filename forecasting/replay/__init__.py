"""What would have happened: policies on past orders."""
