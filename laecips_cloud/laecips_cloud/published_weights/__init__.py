"""Published weights of large models: the catalogue, the cache folder, the download."""
