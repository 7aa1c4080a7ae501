"""The command `kerae`."""
