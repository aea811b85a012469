"""What survives: broken files, failing disks, killed processes, a model under stress."""
