"""Rebuild every file of this folder from installed packages: `python data/rebuild.py`, or `--check` to only look.

Nothing else in the course needs these packages:
    pip install scikit-learn==1.9.1 scikit-image==0.26.0 Babel==2.18.0 statsmodels==0.15.0 pillow==13.0.0
Other versions may change names or bytes; `--check` then says which files would differ. No network is used.
"""
import argparse
import hashlib
import io
import zipfile
from importlib import metadata, resources
from pathlib import Path

import numpy as np

from helpers.data import ALPHABET, CODES, MONTHS, plain

HERE = Path(__file__).resolve().parent
CAT_WINDOW = (24, 0, 408, 288)
LONGEST_NAME = 24


def npz(**arrays):
    """The bytes of an uncompressed .npz with a fixed date, so that equal arrays give equal bytes on every machine."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            archive.writestr(member, content.getvalue())
    return buffer.getvalue()


def digits():
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return npz(images=bunch.images.astype(np.uint8), labels=bunch.target.astype(np.uint8))


def chelsea():
    from PIL import Image
    from skimage.data import chelsea as cat

    buffer = io.BytesIO()
    Image.fromarray(cat()).crop(CAT_WINDOW).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def spellings():
    """Every plain spelling, with the languages that use it: {plain: {language: (code, name)}}."""
    from babel import Locale

    found = {}
    for language in CODES:
        locale = Locale(language)
        for kind, names in (("territory", locale.territories), ("language", locale.languages)):
            for code, name in sorted(names.items()):
                found.setdefault(plain(name), {}).setdefault(language, (f"{kind}:{code}", name))
    return found


def names():
    """The names that one language alone uses, of at most 24 letters, blanks, hyphens and apostrophes."""
    rows = []
    for spelling, uses in spellings().items():
        if len(uses) == 1 and len(spelling) <= LONGEST_NAME and set(spelling) <= set(ALPHABET):
            [(language, (code, name))] = uses.items()
            rows.append((CODES.index(language), code, spelling, f"{language}\t{code}\t{name}\n"))
    return ("language\tcode\tname\n" + "".join(row[-1] for row in sorted(rows))).encode()


def el_nino():
    from statsmodels.datasets import elnino

    table = elnino.load_pandas().data.to_numpy()
    lines = [",".join(["year", *MONTHS])]
    lines += [",".join([f"{row[0]:.0f}", *(f"{degrees:.2f}" for degrees in row[1:])]) for row in table]
    return ("\n".join(lines) + "\n").encode()


def unicode_licence():
    return resources.files("babel").joinpath("locale-data", "LICENSE.unicode").read_bytes()


def scikit_learn_licence():
    """The BSD notice alone: the wheel appends the licences of libraries that the digits do not use."""
    notice, _, _ = metadata.distribution("scikit-learn").read_text("licenses/COPYING").partition("\n----\n")
    return notice.encode()


def contents():
    """The bytes of every rebuilt file, {name: bytes}; SHA256SUMS last, in the format of the sha256sum command."""
    files = {
        "LICENSE.scikit-learn": scikit_learn_licence(), "LICENSE.unicode": unicode_licence(),
        "chelsea.png": chelsea(), "digits.npz": digits(), "el_nino.csv": el_nino(), "names.tsv": names(),
    }
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return files | {"SHA256SUMS": sums.encode()}


def rebuild(folder=HERE, check=False):
    """Write what differs (with `check`: nothing) and return the names of the files that differ."""
    differ = []
    for name, data in contents().items():
        path = Path(folder) / name
        if not path.is_file() or path.read_bytes() != data:
            differ.append(name)
            if not check:
                path.write_bytes(data)
    return differ


def main():
    parser = argparse.ArgumentParser(description="Rebuild the data files of the course from installed packages.")
    parser.add_argument("--check", action="store_true", help="write nothing; say which files would change")
    check = parser.parse_args().check
    differ = rebuild(check=check)
    for name in differ:
        print("would change" if check else "written", name)
    if not differ:
        print("every file is as it should be")
    return 1 if check and differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
