"""Search of a corpus for tokens that the model represents similarly."""
