"""Other programs on the same files with the same models, each in a process of an environment that holds them."""
