"""The backtest: how good the demand models are on a company's own past. See ``docs/backtest.md``."""
