"""The ground: interfaces, targets, and the only door to the outside."""
