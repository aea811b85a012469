"""What a question goes through before it is answered."""
