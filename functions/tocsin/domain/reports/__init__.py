"""What resolved tickets add up to."""
