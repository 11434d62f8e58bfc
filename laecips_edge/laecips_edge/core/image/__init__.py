"""Pictures: codecs, fields of image messages, overlays."""
