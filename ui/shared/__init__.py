"""What the command line and the pages share."""
