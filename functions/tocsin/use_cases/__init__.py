"""What Tocsin can do, one file a verb: plain functions that take their ports as keyword arguments."""
