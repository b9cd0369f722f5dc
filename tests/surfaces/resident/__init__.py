"""The resident app from outside, page by page and question by question."""
