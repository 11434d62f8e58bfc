"""Published weights of large models: which there are, where they are kept, how they are fetched."""

from laecips_cloud.published_weights.catalogue import (
    CATALOGUE,
    ModelError,
    PublishedModel,
    cache,
    check_published,
    weights_path,
)

__all__ = ["CATALOGUE", "ModelError", "PublishedModel", "cache", "check_published", "weights_path"]
