"""What people read: pages, pictures, words on a terminal. Drawn from tables alone."""
