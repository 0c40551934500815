"""Where results go: files, databases, a terminal."""
