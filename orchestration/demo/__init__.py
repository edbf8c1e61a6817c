"""The demo city: invented, with raw exports that look like real ones and planted patterns that are known."""

from orchestration.demo.generator import generate

__all__ = ["generate"]
