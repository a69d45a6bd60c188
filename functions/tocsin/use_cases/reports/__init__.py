"""What tickets add up to."""
