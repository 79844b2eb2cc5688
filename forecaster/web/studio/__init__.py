"""Where charts become pictures."""

from forecaster.web.studio.studio import Drawing, RenderingFailed, Studio

__all__ = ["Drawing", "RenderingFailed", "Studio"]
