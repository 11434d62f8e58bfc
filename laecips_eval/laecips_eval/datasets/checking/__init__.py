"""What a folder of labelled frames holds, and what of it would spoil a training."""
