"""What is believed, put into summaries, words and files."""
