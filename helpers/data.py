"""The course's data: handwritten digits, a photograph, names in eight languages, sea temperatures, your own picture.

The files lie in data/, with their sources and licences in data/README.md. Each is compared with its checksum when it
is first read. Every call gives fresh arrays and lists: what one cell does to them cannot harm another.
"""
import hashlib
import io
import unicodedata
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.pictures import load_image, pixels, place_on_canvas
from helpers.shapes import whole

__all__ = [
    "load_digits", "load_photo", "load_image", "load_names", "split_names", "load_el_nino", "split", "place_on_canvas",
    "plain", "read", "CODES", "LANGUAGES", "ALPHABET", "MONTHS", "FOLDER",
]

FOLDER = Path(__file__).resolve().parent.parent / "data"
CODES = ("en", "fr", "de", "es", "pl", "fi", "tr", "hu")
LANGUAGES = ("English", "French", "German", "Spanish", "Polish", "Finnish", "Turkish", "Hungarian")
ALPHABET = " '-abcdefghijklmnopqrstuvwxyz"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNFOLDED = str.maketrans({"ł": "l", "ı": "i", "ß": "ss", "ø": "o", "œ": "oe", "’": "'", "ʼ": "'", "–": "-", "—": "-"})


def load_digits():
    """The 1,797 handwritten digits of 8 x 8 pixels, 0 = paper and 1 = ink.

    Returns images (1797, 8, 8) floats, steps of 1/16, and labels (1797,) whole numbers 0 to 9.
    Errors  as `read`: a missing or damaged file is named.
    Taught in lesson 01. Source: Alpaydin & Kaynak 1998, through scikit-learn; see data/README.md.

    >>> images, labels = load_digits()
    >>> images.shape, int(labels[0]), float(images.max())
    ((1797, 8, 8), 0, 1.0)
    """
    with np.load(io.BytesIO(read("digits.npz"))) as arrays:
        return arrays["images"] / 16, arrays["labels"].astype(int)


def load_photo(height=288, grey=True):
    """The cat Chelsea: light y, x (and colour) as numbers from 0 = black to 1 = white.

    height  rows wanted, 1 to 288; each new pixel is the mean of the old ones under it, the width follows (4 : 3)
    grey    True for one brightness, False for red, green and blue
    Returns (height, width) or (height, width, 3) floats.
    Errors  ValueError "height is 300; the photograph has 288 rows"
    Second road  means over blocks with numpy, in test_data.py. Taught in lesson 04. Source: Stefan van der Walt, CC0.

    >>> load_photo(72).shape, load_photo(grey=False).shape
    ((72, 96), (288, 384, 3))
    """
    if whole("height", height, 1) > 288:
        raise ValueError(f"height is {height}; the photograph has 288 rows")
    with Image.open(io.BytesIO(read("chelsea.png"))) as picture:
        return pixels(picture, height, grey)


def load_names(folded=True):
    """Names of countries, regions and languages, each as written in one of eight languages.

    folded  True for small letters without accents (29 characters: see ALPHABET), False for the true spelling
    Returns names, a list of 3,777 strings of at most 24 characters when folded;
            labels (3777,), whole numbers 0 to 7; languages, a list of the 8 names that the labels count.
    For training and testing use `split_names`: it keeps the translations of one thing together.
    Taught in lesson 13. Source: Unicode CLDR, through Babel; see data/README.md.

    >>> names, labels, languages = load_names()
    >>> names[0], languages[labels[0]], len(names)
    ('abkhazian', 'English', 3777)
    """
    _, names, labels = name_rows()
    return [plain(name) if folded else name for name in names], np.array(labels), list(LANGUAGES)


def name_rows():
    """The columns of names.tsv: codes such as "territory:DE", names as written, labels 0 to 7."""
    rows = [line.split("\t") for line in read("names.tsv").decode("utf-8").splitlines()[1:]]
    return [row[1] for row in rows], [row[2] for row in rows], [CODES.index(row[0]) for row in rows]


def split_names(seed, test=206):
    """Two piles of positions in `load_names`, such that no thing named in one pile is named in the other.

    "Allemagne" and "Niemcy" are both Germany: with one in training and one in testing, the test would be too easy.
    seed    whole number, at least 0;  test  how many of the 827 things go to the test pile with all their names
    Returns train, test: sorted whole numbers, 3,777 together.
    Errors  ValueError "test is 900; expected fewer than n = 827, so that something is left to train on"

    >>> train, test = split_names(seed=0)
    >>> len(train) + len(test)
    3777
    """
    things, thing_of_name = np.unique(name_rows()[0], return_inverse=True)
    in_test = np.isin(thing_of_name, split(len(things), seed, test)[1])
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def plain(name):
    """`name` in small letters without accents.

    >>> plain("Åland-öarna"), plain("Łotwa"), plain("Côte d’Ivoire")
    ('aland-oarna', 'lotwa', "cote d'ivoire")
    """
    letters = unicodedata.normalize("NFKD", name.lower().translate(UNFOLDED))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def load_el_nino():
    """The mean sea temperature of each month off Peru (the Nino 1+2 region), in degrees Celsius.

    Returns years (61,), 1950 to 2010, and months (61, 12) floats, January first; `months.ravel()` is the series.
    Taught in lesson 09. Source: NOAA, ERSST.V3B, through statsmodels.

    >>> years, months = load_el_nino()
    >>> int(years[0]), float(months[0, 0])
    (1950, 23.11)
    """
    table = np.loadtxt(io.BytesIO(read("el_nino.csv")), delimiter=",", skiprows=1)
    return table[:, 0].astype(int), table[:, 1:].copy()


def split(n, seed, test=None):
    """The whole numbers 0 to n - 1, shuffled and dealt into two piles.

    n     examples, at least 2;  seed  whole number, at least 0: the same seed gives the same piles
    test  size of the test pile, 1 to n - 1; a quarter of n if left out
    Returns train (n - test,), test (test,), so `images[train]` are the examples to learn from.
    Errors  ValueError "test is 9; expected fewer than n = 8, so that something is left to train on"

    >>> train, test = split(8, seed=0, test=3)
    >>> len(train), sorted({*train.tolist(), *test.tolist()})
    (5, [0, 1, 2, 3, 4, 5, 6, 7])
    """
    n = whole("n", n, 2)
    test = whole("test", max(1, n // 4) if test is None else test, 1)
    if test >= n:
        raise ValueError(f"test is {test}; expected fewer than n = {n}, so that something is left to train on")
    order = np.random.default_rng(whole("seed", seed, 0)).permutation(n)
    return order[test:], order[:test]


def read(name):
    """The bytes of data/`name`; a missing or damaged file is named, with two ways to restore it."""
    path = FOLDER / name
    for needed in (path, FOLDER / "SHA256SUMS"):
        if not needed.is_file():
            raise FileNotFoundError(f"{needed} is missing. {remedy(needed.name)}")
    return verified(path, path.stat().st_mtime_ns, path.stat().st_size)


@lru_cache(maxsize=8)
def verified(path, modified, size):
    """The bytes of `path`, compared with their line in SHA256SUMS once for each state of the file."""
    content = path.read_bytes()
    line = f"{hashlib.sha256(content).hexdigest()}  {path.name}"
    if line not in (path.parent / "SHA256SUMS").read_text("utf-8", errors="replace").splitlines():
        both = f"{path.name} data/SHA256SUMS"
        raise ValueError(f"{path} is damaged: its checksum is not the one in SHA256SUMS. {remedy(both)}")
    return content


def remedy(names):
    return f"Restore it from the course's folder: git checkout -- data/{names}   or: python data/rebuild.py"
