"""What was promised to whom, and how a contract says it."""
