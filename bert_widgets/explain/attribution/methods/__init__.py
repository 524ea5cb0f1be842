"""The methods of attribution, one family per module."""
