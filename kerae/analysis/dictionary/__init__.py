"""What the features of a dictionary do, found in one pass through the examples."""
