"""What the container image runs beside the command."""
