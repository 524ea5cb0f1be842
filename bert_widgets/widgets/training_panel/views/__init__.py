"""The values that each view of a training panel draws, from the records of its runs."""
