"""One step of the optimiser, and the plan of all steps."""
