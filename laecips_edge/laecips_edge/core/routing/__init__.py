"""The choice of frames to upload: miners, policies, the latency budget."""
