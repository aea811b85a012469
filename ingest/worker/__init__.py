"""The child processes that read files, and their sandbox."""
