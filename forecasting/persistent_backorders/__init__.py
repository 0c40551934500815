"""Why items run short again and again, by replaying them: ``docs/persistent_backorders.md`` explains."""
