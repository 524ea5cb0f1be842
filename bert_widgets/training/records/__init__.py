"""The records of a training: history, dynamics, probes and reporters."""
