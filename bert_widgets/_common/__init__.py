"""What every other package uses: option names, progress, randomness, the version."""
