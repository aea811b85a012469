"""What is measured, against what, and the command: see README.md."""
