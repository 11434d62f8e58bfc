"""The first training of a pair or of a teacher, from labelled frames."""
