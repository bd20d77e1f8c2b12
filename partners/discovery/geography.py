"""Distances on the globe."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
EARTH_KM = 6371.0


def great_circle_km(latitude: float, longitude: float, latitudes: Array, longitudes: Array) -> Array:
    """Distances from one point to many; nan where a point is not known."""
    here, there = np.radians(latitude), np.radians(latitudes)
    half_east = np.radians(longitudes - longitude) / 2
    chord = np.sin((there - here) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(half_east) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))


def on_the_globe(latitudes: Array, longitudes: Array) -> Array:
    """Points on the unit sphere, shape (n, 3); nan where a point is not known."""
    north, east = np.radians(latitudes), np.radians(longitudes)
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=-1)
