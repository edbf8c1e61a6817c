"""Named random draws as SQL expressions.

What belongs here: turning (seed, name of the draw, row index) into a DuckDB expression. A draw depends on
nothing else, so neither the number of threads nor the order of rows can change the demo city.
What does not: distributions of the city itself; they are data in the modules that use them.
"""

from __future__ import annotations

import hashlib

import numpy as np


class Draws:
    """SQL expressions for independent random numbers, one stream a name."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def _stream(self, name: str) -> int:
        digest = hashlib.sha256(f"{self._seed}:{name}".encode()).digest()
        # 60 bits: adding a row index can never overflow a BIGINT.
        return int.from_bytes(digest[:8], "big") >> 4

    def generator(self, name: str) -> np.random.Generator:
        """A numpy generator for the small tables that are made in Python."""
        return np.random.default_rng(self._stream(name))

    def uniform(self, name: str, index: str) -> str:
        """A number in the open interval (0, 1)."""
        # One hash of one integer: hash(a, b) combines its arguments by xor, which correlates the streams.
        bits = f"(hash({self._stream(name)}::BIGINT + {index}) >> 11)::DOUBLE"
        return f"(({bits} + 0.5::DOUBLE) * 1.1102230246251565e-16::DOUBLE)"

    def integer(self, name: str, index: str, below: int | str) -> str:
        """An integer from 0 to below - 1."""
        return f"floor({self.uniform(name, index)} * {below})::INTEGER"

    def lognormal(self, name: str, index: str, median: str, sigma: str) -> str:
        """A lognormal number (Box-Muller)."""
        radius = f"sqrt(-2 * ln({self.uniform(name + ' radius', index)}))"
        angle = f"cos(2 * pi() * {self.uniform(name + ' angle', index)})"
        return f"(({median}) * exp(({sigma}) * {radius} * {angle}))"
