"""Teams and members, and who of them is on call when."""
