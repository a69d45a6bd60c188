"""What settled tickets add up to."""
