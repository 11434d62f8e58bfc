"""Reports of a run: JSON, terminal tables, HTML and Markdown."""
