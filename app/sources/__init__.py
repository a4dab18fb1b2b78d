"""Where projects come from, seen through one window."""
