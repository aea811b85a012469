"""Starts and protects the browser app."""
