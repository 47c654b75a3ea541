"""Which parts of a model do a task together, and whether that holds when the rest is cut."""
