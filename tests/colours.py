"""How far apart colours are, and for whom: luminance and contrast as in WCAG 2.2, colour blindness as simulated by Machado,
Oliveira and Fernandes 2009 ("A physiologically-based model for simulation of color vision deficiency", table 1, severity 1),
distance in CIELAB (1976): 2.3 is just noticeable, 100 is black from white.
"""
import numpy as np
from matplotlib.colors import to_rgb

EYES = {
    "all three cones": np.eye(3),
    "no red cones": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "no green cones": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "no blue cones": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def linear(color):
    """Light, from the three numbers or the name of an sRGB colour."""
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG: 4.5 is wanted for text, 3 for lines and areas that carry meaning."""
    dark, light = sorted(float(linear(color) @ XYZ[1]) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(color, eyes="all three cones"):
    """The colour as those eyes see it, in CIELAB: lightness 0 to 100, then red-green, then yellow-blue."""
    t = XYZ @ np.clip(EYES[eyes] @ linear(color), 0, 1) / XYZ.sum(axis=1)
    x, y, z = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one, other, eyes):
    return float(np.linalg.norm(lab(one, eyes) - lab(other, eyes)))
