"""What is added to a library: folders, and files that were sent."""
