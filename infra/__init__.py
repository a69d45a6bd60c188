"""The system around the code: its topology as data, its deployment to AWS, its double on one machine."""
