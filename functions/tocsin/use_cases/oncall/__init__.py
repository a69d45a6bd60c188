"""Teams and who is on call."""
