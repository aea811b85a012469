"""Values within records: YAML and TOML, and moments that are stored as numbers."""
