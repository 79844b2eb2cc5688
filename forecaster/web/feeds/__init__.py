"""What other programs follow: an Atom feed, a calendar, a description for catalogues of data."""
