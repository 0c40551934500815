"""Stock simulated day by day, order line by order line. It knows no dataset and no files."""
