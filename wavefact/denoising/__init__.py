"""Recordings without noise, and whole where they were clipped: what certified components explain of them."""

from wavefact.denoising.denoise import declip, denoise

__all__ = ["declip", "denoise"]
