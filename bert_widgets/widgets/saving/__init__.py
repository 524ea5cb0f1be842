"""Widgets without Python or scripts: interactive pages, saved notebooks, static renderings."""
