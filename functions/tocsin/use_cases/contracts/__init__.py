"""Contracts: put, read, preview, remind."""
