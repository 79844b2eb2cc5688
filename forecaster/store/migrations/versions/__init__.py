"""One module per change, named by its number; a published one is never edited again."""
