"""Every exception that wavefact raises.

All inherit `WavefactError`; each leaf also inherits the built-in exception it refines,
so ``except ValueError`` works as well as ``except wavefact.InputError``.  A message
says what came, what was expected, and what to do.
"""


class WavefactError(Exception):
    """Root of all errors raised by wavefact."""


class InputError(WavefactError, ValueError):
    """An argument, recording or operator cannot be used as it is."""


class UnknownFormatError(WavefactError, ValueError):
    """No reader or writer recognises the file."""


class CorruptFileError(WavefactError, OSError):
    """A file of a known format is truncated, damaged or inconsistent."""


class UnwritableTargetError(WavefactError, OSError):
    """The target of a write cannot be created or replaced."""


class NotCertifiedError(WavefactError, RuntimeError):
    """A computation ended without the proof that was asked for."""


class MissingPackageError(WavefactError, ImportError):
    """An optional package is needed for this and is not installed."""
