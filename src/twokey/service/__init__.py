"""The verbs: where the stages meet. One verb a file; a reader starts at `submit.py`."""
