"""Damaged copies of files, and what must hold of a recording that is read from one nevertheless."""

from __future__ import annotations

import math
import unicodedata

import numpy as np

from wavefact.recording import Recording

__all__ = ["assert_sound", "mutated"]


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Return a copy of a file: bits flipped, bytes changed, its end cut off, or parts of its head swapped."""
    kind = int(rng.integers(6))
    if kind == 0:
        return content[: int(rng.integers(1, len(content)))]
    if kind == 1:
        return _swapped(content, rng)
    damaged = bytearray(content)
    reach = len(content) if kind == 2 else min(len(content), 1024)  # heads are where it hurts
    for position in rng.integers(reach, size=int(rng.integers(1, 9))):
        damaged[position] = (
            damaged[position] ^ (1 << int(rng.integers(8))) if kind < 4 else int(rng.integers(256))
        )
    return bytes(damaged)


def _swapped(content: bytes, rng: np.random.Generator) -> bytes:
    reach = min(len(content), 2048)
    size = int(rng.integers(1, max(2, min(80, reach // 3))))
    first, second = sorted(int(place) for place in rng.integers(0, max(1, reach - size), size=2))
    second = max(second, min(first + size, reach - size))
    middle = content[first + size : second]
    one, other = content[first : first + size], content[second : second + size]
    return content[:first] + other + middle + one + content[second + size :]


def assert_sound(found: Recording, held: Recording) -> None:
    """Check what no damage may change in silence: plausible metadata, and no more samples than there were."""
    rate = found.sampling_rate
    assert rate is None or (math.isfinite(rate) and 1e-9 <= rate <= 1e15)
    texts = [found.unit, found.quantity, *(found.names or ())]
    assert not any(unicodedata.category(sign) == "Cc" for text in texts for sign in text)
    assert found.positions is None or np.isfinite(found.positions).all()
    assert 0 < found.signals.size <= 4 * held.signals.size
