"""Code shared by all widgets."""
