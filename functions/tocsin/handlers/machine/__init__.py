"""The tasks of the ticket state machine."""
