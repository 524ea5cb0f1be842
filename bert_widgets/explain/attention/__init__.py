"""Attention of every head, and the effect of each head on the prediction."""
