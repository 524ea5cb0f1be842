"""Word scores: `attribute`, the methods behind it, and what a new method needs."""
