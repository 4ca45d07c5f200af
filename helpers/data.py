"""The course's data: handwritten digits, a photograph, names in eight languages, sea temperatures, and your own picture.

The files lie in data/, with their sources and licences in data/README.md. Each is compared with its checksum when it
is first read. Every call gives fresh arrays and lists, so changing them in one cell cannot harm another.
"""
import hashlib
import io
import unicodedata
from functools import lru_cache
from pathlib import Path

import numpy as np

from helpers.shapes import whole

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
    return pixels(io.BytesIO(read("chelsea.png")), height, grey)


def load_names(folded=True):
    """Names of countries, regions and languages, each as written in one of eight languages.

    folded  True for small letters without accents (29 characters: see ALPHABET), False for the true spelling
    Returns names, a list of 3,777 strings of at most 24 characters when folded;
            labels (3777,), whole numbers 0 to 7; languages, a list of the 8 names that the labels count.
    Second road  `split_names` keeps the translations of one thing together. Taught in lesson 12. Source: Unicode CLDR.

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


def plain(name):
    """`name` in small letters without accents.

    >>> plain("Åland-öarna"), plain("Łotwa"), plain("Côte d’Ivoire")
    ('aland-oarna', 'lotwa', "cote d'ivoire")
    """
    letters = unicodedata.normalize("NFKD", name.lower().translate(UNFOLDED))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache(maxsize=8)
def verified(path, modified, size):
    """The bytes of `path`, compared with SHA256SUMS once for each state of the file."""
    content = path.read_bytes()
    sums = dict(line.split()[::-1] for line in (path.parent / "SHA256SUMS").read_text("utf-8").splitlines())
    if hashlib.sha256(content).hexdigest() != sums.get(path.name):
        raise ValueError(f"{path} is damaged: its checksum is not the one in SHA256SUMS. {remedy(path)}")
    return content


def remedy(path):
    return f"Restore it in the course's folder: git checkout -- data/{path.name}   or   python data/rebuild.py"


def read(name):
    """The bytes of data/`name`; an error names a missing or damaged file and says how to restore it."""
    path = FOLDER / name
    for needed in (path, FOLDER / "SHA256SUMS"):
        if not needed.is_file():
            raise FileNotFoundError(f"{needed} is missing. {remedy(needed)}")
    return verified(path, path.stat().st_mtime_ns, path.stat().st_size)


def pixels(file, height, grey):
    """The picture in `file` as floats 0 to 1, at most `height` rows."""
    from PIL import Image

    with Image.open(file) as picture:
        picture = picture.convert("L" if grey else "RGB")
    if picture.height > height:
        width = max(1, round(picture.width * height / picture.height))
        picture = picture.resize((width, height), Image.Resampling.BOX)
    return np.asarray(picture) / 255
