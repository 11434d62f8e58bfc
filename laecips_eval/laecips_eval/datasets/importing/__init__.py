"""From annotations of other tools to a folder of labelled frames."""
