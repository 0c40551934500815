"""What the company's records say as of a day: items, demand, drivers, stock, lead times, costs."""
