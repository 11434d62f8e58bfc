"""The experiment `first-training`: what each part of f's recipe brings, on several data sets."""
