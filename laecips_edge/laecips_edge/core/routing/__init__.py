"""Which frames go to the cloud: miners, policies, the latency budget."""
