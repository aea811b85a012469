"""Models on this machine: the client of the worker process."""
