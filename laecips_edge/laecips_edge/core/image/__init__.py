"""Pictures: codecs, conversion of image messages, overlays."""
