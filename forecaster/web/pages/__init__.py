"""The pages of the desk, each in a file: what it asks the store, and what it says."""
