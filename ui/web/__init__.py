"""What the browser app has of its own."""
