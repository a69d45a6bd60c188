"""Small values that every room uses: identifiers, instants and durations, documents and their faults."""
