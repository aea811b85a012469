"""The file that a citation is from: whether it is as it was read, and where the cited words stand on its pages."""
