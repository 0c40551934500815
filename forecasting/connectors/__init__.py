"""Systems that data comes from and orders go to, one file (or folder) a system."""
