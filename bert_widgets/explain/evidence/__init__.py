"""Whether an explanation is true: measurements on the text itself."""
