"""What a backorder really cost a company, by its own orders: ``docs/backorder_costs.md`` explains."""
