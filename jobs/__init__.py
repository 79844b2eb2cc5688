"""What runs when, and the one command that puts all rooms together."""
