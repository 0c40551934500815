"""The expected cost of every inventory position: what the cost-optimal policy weighs orders with."""
