"""How the cloud node answers hard frames: settings, loaded models, service, counters, health."""
