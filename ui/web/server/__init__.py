"""Starts and guards the browser app."""
