"""The regime board: where the default costs less than every simple rule, and where the money is."""
