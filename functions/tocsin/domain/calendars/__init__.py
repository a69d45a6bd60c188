"""When a business is open, and the arithmetic of its time."""
