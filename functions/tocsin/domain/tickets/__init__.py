"""What happened to a ticket, what that adds up to, and what follows from it."""
