"""What is to be told, to whom, and by which topic."""
