"""What runs leave behind in a database, and how one is reached."""
