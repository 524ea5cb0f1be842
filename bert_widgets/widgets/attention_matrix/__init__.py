"""`AttentionMatrix`: the attention of all heads beside their effects."""

from .widget import AttentionMatrix

__all__ = ["AttentionMatrix"]
