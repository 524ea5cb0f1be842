"""What a training records: history, dynamics, probes, and reports of it."""
