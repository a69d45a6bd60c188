"""The decision: what is due, who is told, what is the next timer; and the ticket as it stands, in words and as data."""
