"""Alembic's scripts: each changes the application's tables by one step, and is never edited afterwards."""
