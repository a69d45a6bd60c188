"""Sending notices."""
