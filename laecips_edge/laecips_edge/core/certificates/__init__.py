"""Who may talk across the network: a private authority, its certificates and what they say."""
