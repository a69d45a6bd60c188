"""The models of what the API answers: every answer is checked against its model, and described by it."""
