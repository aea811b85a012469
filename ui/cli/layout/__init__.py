"""How the command line looks: help, tables, the report of an evaluation."""
