"""SAM as a mask generator, with torch or on an inference engine."""
