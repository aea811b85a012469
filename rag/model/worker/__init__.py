"""The process that holds a model."""
