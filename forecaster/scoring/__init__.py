"""Two scoreboards: a fast one of readings to come, and a slow one of the question itself.

``coming`` holds predictions against what came; ``board`` tells how they fared; ``slow`` tells of
the question, of how steady the forecast was, and of the reference class.
"""
