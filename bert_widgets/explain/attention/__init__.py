"""Attention of every head, and what each head does to the prediction."""
