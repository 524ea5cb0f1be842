"""Loading a model: its files are checked first, and only the classification head may be new."""
