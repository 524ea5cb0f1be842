"""Figures for papers and slides: coloured words, matrices and curves, from plain values."""
