"""The forward pass of a model: its arithmetic and memory, and what its config may not change."""
