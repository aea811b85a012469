"""The dialog that shows a source."""
