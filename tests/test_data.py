"""Data: what the files hold, what may go wrong with them, where they come from, and that they can be rebuilt."""
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

import helpers.data as data
from helpers.data import load_digits, load_el_nino, load_names, load_photo, plain, read, split, split_names

FOLDER = Path(__file__).resolve().parent.parent / "data"
READERS = {"digits.npz": load_digits, "chelsea.png": load_photo, "names.tsv": load_names, "el_nino.csv": load_el_nino}
NOT_LISTED = {"README.md", "rebuild.py", "SHA256SUMS", ".gitattributes"}


def data_files():
    return {path.name for path in FOLDER.iterdir() if path.is_file()} - NOT_LISTED


def checksums():
    lines = (FOLDER / "SHA256SUMS").read_text("utf-8").splitlines()
    return {name: digest for digest, name in (re.fullmatch("([0-9a-f]{64})  (.+)", line).groups() for line in lines)}


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder of data that a test may damage, used in place of the true one."""
    folder = tmp_path / "Größe und Übung" / "data"
    shutil.copytree(FOLDER, folder)
    monkeypatch.setattr(data, "FOLDER", folder)
    return folder


def rebuild_module():
    spec = importlib.util.spec_from_file_location("rebuild", FOLDER / "rebuild.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# What the files hold


def test_digits_are_those_of_the_uci_repository():
    """The counts of the ten classes are the ones UCI prints for its test set; sixteen steps of ink from 0 to 1."""
    images, labels = load_digits()
    assert images.shape == (1797, 8, 8) and images.dtype == np.float64 and labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.unique(images * 16).tolist() == list(range(17))


def test_digits_are_the_right_way_up_with_ink_as_1():
    """The mean 0 has an empty centre and inked sides; the mean 7 has its bar at the top."""
    images, labels = load_digits()
    zero, seven = images[labels == 0].mean(0), images[labels == 7].mean(0)
    assert zero[3:5, 3:5].max() < 0.2 < 0.5 < zero[3:5, [2, 5]].min()
    assert seven[0].sum() > 1.5 * seven[7].sum()


def test_photo_is_the_file_that_matplotlib_reads():
    colour = imread(FOLDER / "chelsea.png")
    assert load_photo(grey=False).shape == (288, 384, 3)
    np.testing.assert_allclose(load_photo(grey=False), colour, atol=1e-7)
    np.testing.assert_allclose(load_photo(), colour @ [0.299, 0.587, 0.114], atol=1 / 255)


@pytest.mark.parametrize("height", [144, 96, 72, 48, 36, 9])
@pytest.mark.parametrize("grey", [True, False])
def test_a_smaller_photo_holds_the_means_over_blocks(height, grey):
    """Up to the rounding to 256 steps, once a direction."""
    whole = load_photo(grey=grey)
    n = 288 // height
    blocks = whole.reshape(height, n, 384 // n, n, *whole.shape[2:]).mean((1, 3))
    np.testing.assert_allclose(load_photo(height, grey), blocks, atol=1.01 / 255)


@given(st.integers(1, 288))
def test_a_smaller_photo_keeps_shape_range_and_mean_light(height):
    photo = load_photo(height)
    assert photo.shape == (height, max(1, round(384 * height / 288)))
    assert 0 <= photo.min() and photo.max() <= 1
    assert abs(photo.mean() - load_photo().mean()) < 0.005


@pytest.mark.parametrize("height, error, message", [
    (300, ValueError, "height is 300; the photograph has 288 rows"),
    (0, ValueError, "height is 0; expected a whole number of at least 1"),
    (7.5, TypeError, "height is 7.5; expected a whole number of at least 1"),
])
def test_photo_says_which_heights_it_can_have(height, error, message):
    with pytest.raises(error, match=re.escape(message)):
        load_photo(height)


def test_names_belong_to_one_language_each():
    names, labels, languages = load_names()
    assert languages == ["English", "French", "German", "Spanish", "Polish", "Finnish", "Turkish", "Hungarian"]
    assert np.bincount(labels).tolist() == [367, 497, 457, 410, 512, 418, 631, 485]
    assert len(names) == len(set(names)) == len(labels) == 3777
    assert "".join(sorted(set("".join(names)))) == data.ALPHABET
    assert 1 < min(map(len, names)) and max(map(len, names)) == 24


@pytest.mark.parametrize("name, language", [
    ("Allemagne", "French"), ("Deutschland", "German"), ("Niemcy", "Polish"), ("Saksa", "Finnish"),
    ("Almanya", "Turkish"), ("Németország", "Hungarian"), ("Alemania", "Spanish"), ("Germany", "English"),
    ("Österreich", "German"), ("Łotwa", "Polish"), ("İzlanda", "Turkish"), ("Åland", None),
])
def test_names_carry_the_right_language_with_and_without_accents(name, language):
    spelled, labels, languages = load_names(folded=False)
    folded = load_names()[0]
    if language is None:
        assert name not in spelled
    else:
        place = spelled.index(name)
        assert languages[labels[place]] == language and folded[place] == plain(name)


@given(st.integers(0, 2**32), st.integers(1, 826))
def test_split_names_never_shows_a_tested_thing_in_training(seed, test):
    codes = np.array(data.name_rows()[0])
    train, held = split_names(seed, test)
    assert not set(codes[train]) & set(codes[held])
    assert len(set(codes[held])) == test
    assert sorted([*train, *held]) == list(range(3777))


def test_el_nino_has_the_seasons_and_the_years_everybody_knows():
    """Warm in March, cool in September; the strongest El Nino years of the record are 1983 and 1998."""
    years, months = load_el_nino()
    assert years.tolist() == list(range(1950, 2011)) and months.shape == (61, 12)
    assert 18 < months.min() and months.max() < 30
    assert months.mean(0).argmax() == 2 and months.mean(0).argmin() == 8
    anomaly = (months - months.mean(0))[:, :7].mean(1)
    assert set(years[anomaly.argsort()[-2:]].tolist()) == {1983, 1998}


@given(st.integers(2, 60), st.integers(0, 2**32), st.data())
def test_split_deals_every_example_once_and_alike_for_the_same_seed(n, seed, draw):
    size = draw.draw(st.integers(1, n - 1))
    train, test = split(n, seed, size)
    assert len(test) == size and sorted([*train, *test]) == list(range(n))
    again = split(n, seed, size)
    assert (train == again[0]).all() and (test == again[1]).all()


def test_split_shuffles_and_depends_on_the_seed():
    deals = {tuple(split(40, seed)[1].tolist()) for seed in range(20)}
    assert len(deals) == 20 and all(len(deal) == 10 for deal in deals)
    assert split(3, 0)[1].shape == (1,)


@pytest.mark.parametrize("arguments, error, message", [
    ((8, 0, 9), ValueError, "test is 9; expected fewer than n = 8"),
    ((8, 0, 8), ValueError, "test is 8; expected fewer than n = 8"),
    ((8, 0, 0.25), TypeError, "test is 0.25; expected a whole number of at least 1"),
    ((1, 0), ValueError, "n is 1; expected a whole number of at least 2"),
    ((8, -1), ValueError, "seed is -1; expected a whole number of at least 0"),
    ((8, None), TypeError, "seed is None; expected a whole number of at least 0"),
])
def test_split_names_the_bad_argument(arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        split(*arguments)


# Fresh for every caller


@pytest.mark.parametrize("load", [load_digits, load_el_nino, load_names, lambda: [load_photo()]])
def test_what_one_cell_does_to_its_arrays_does_not_reach_the_next(load):
    first = load()
    for part in first:
        part[:] = part[::-1]
        part[0] = part[-1]
    assert any(not np.array_equal(a, b) for a, b in zip(first, load(), strict=True))
    for a, b in zip(load(), load(), strict=True):
        assert np.array_equal(a, b) and a is not b
        assert not isinstance(a, np.ndarray) or not np.shares_memory(a, b)


# Missing or damaged files


@pytest.mark.parametrize("name", READERS)
def test_a_missing_file_is_named_with_the_way_to_restore_it(copy, name):
    (copy / name).unlink()
    with pytest.raises(FileNotFoundError) as caught:
        READERS[name]()
    assert str(copy / name) in str(caught.value) and "is missing" in str(caught.value)
    assert f"git checkout -- data/{name} " in str(caught.value) and "python data/rebuild.py" in str(caught.value)


def flip(content):
    return content[:100] + bytes([content[100] ^ 1]) + content[101:]


def empty(content):
    return b""


def cut(content):
    return content[:-1]


@pytest.mark.parametrize("damage", [flip, empty, cut])
@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_named_even_after_it_was_read_once(copy, name, damage):
    READERS[name]()
    path = copy / name
    before = path.stat()
    path.write_bytes(damage(path.read_bytes()))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9))
    for _ in range(2):
        with pytest.raises(ValueError) as caught:
            READERS[name]()
        assert str(path) in str(caught.value) and "is damaged" in str(caught.value)
        assert f"git checkout -- data/{name} " in str(caught.value) and "python data/rebuild.py" in str(caught.value)


def test_missing_checksums_are_named(copy):
    (copy / "SHA256SUMS").unlink()
    with pytest.raises(FileNotFoundError, match="SHA256SUMS is missing.*git checkout -- data/SHA256SUMS "):
        load_digits()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"nonsense\n"])
def test_damaged_checksums_are_restored_by_the_same_command(copy, content):
    (copy / "SHA256SUMS").write_bytes(content)
    with pytest.raises(ValueError, match="git checkout -- data/digits.npz data/SHA256SUMS "):
        load_digits()


def test_a_restored_file_is_read_again_without_a_new_start(copy):
    good = (copy / "digits.npz").read_bytes()
    (copy / "digits.npz").write_bytes(b"")
    with pytest.raises(ValueError, match="damaged"):
        load_digits()
    (copy / "digits.npz").write_bytes(good)
    assert load_digits()[0].shape == (1797, 8, 8)


def test_the_file_is_hashed_once_for_many_reads(copy, monkeypatch):
    """Reading is cheap: `hashlib` may be gone after the first time."""
    first = read("digits.npz")
    monkeypatch.setattr(data, "hashlib", None)
    assert read("digits.npz") == first


def test_the_data_is_found_from_any_folder_and_under_any_name(tmp_path):
    """A course in a folder with blanks and umlauts, a learner who works elsewhere."""
    course = tmp_path / "Mein Kurs über Größe"
    shutil.copytree(FOLDER, course / "data")
    shutil.copytree(FOLDER.parent / "helpers", course / "helpers")
    code = "import helpers.data as d; print(ascii(d.FOLDER), len(d.load_names()[0]), d.load_photo(9).shape)"
    run = subprocess.run([sys.executable, "-c", code], cwd="/", env=os.environ | {"PYTHONPATH": str(course)},
                         capture_output=True, text=True, check=True)
    assert ascii(course / "data") in run.stdout and "3777 (9, 12)" in run.stdout


def test_reading_needs_none_of_the_packages_that_rebuild():
    code = ("import sys, helpers.data as d; d.load_digits(), d.load_photo(), d.load_names(), d.load_el_nino();"
            "print({'sklearn', 'skimage', 'babel', 'statsmodels', 'scipy', 'torch'} & set(sys.modules))")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


# Sources, licences, checksums


def test_every_file_has_its_checksum_and_nothing_else_has():
    assert set(checksums()) == data_files() and len(data_files()) == 6
    for name, digest in checksums().items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_every_file_has_its_source_licence_and_changes_in_the_readme():
    text = (FOLDER / "README.md").read_text("utf-8")
    for name in READERS:
        section = re.search(rf"## `{re.escape(name)}`\n(.*?)(?=\n## )", text, re.DOTALL).group(1)
        assert all(f"**{word}.**" in section for word in ("Credit", "Licence", "Changed"))
    for name in data_files():
        assert f"`{name}`" in text


def test_the_licences_that_must_go_along_are_there():
    unicode, bsd = ((FOLDER / f"LICENSE.{name}").read_text("utf-8") for name in ("unicode", "scikit-learn"))
    assert unicode.startswith("UNICODE LICENSE V3") and "SPDX-License-Identifier: Unicode-3.0" in unicode
    assert bsd.startswith("BSD 3-Clause License") and "Neither the name" in bsd and bsd.rstrip().endswith("DAMAGE.")


def test_git_leaves_the_bytes_alone_and_the_folder_is_small():
    """Without the attribute, git on Windows would write other line ends, and the checksums would fail."""
    assert (FOLDER / ".gitattributes").read_text() == "* -text\n"
    assert not any(b"\r" in (FOLDER / name).read_bytes() for name in ("names.tsv", "el_nino.csv", "SHA256SUMS"))
    assert sum((FOLDER / name).stat().st_size for name in data_files()) < 500_000


# Rebuilding


def test_the_npz_bytes_depend_on_the_arrays_alone():
    """Today's date does not get in: two archives are equal, and numpy reads what was put in."""
    npz = rebuild_module().npz
    arrays = dict(np.load(FOLDER / "digits.npz"))
    assert npz(**arrays) == (FOLDER / "digits.npz").read_bytes()
    assert npz(images=arrays["images"] + 1, labels=arrays["labels"]) != npz(**arrays)


@pytest.mark.slow
def test_rebuilding_gives_the_same_bytes(tmp_path):
    """From the pinned packages; --check writes nothing; a damaged file is restored, the others are left alone."""
    rebuild = rebuild_module()
    for package, version in re.findall(r"([\w-]+)==([\d.]+)", rebuild.__doc__):
        try:
            installed = metadata.version(package)
        except metadata.PackageNotFoundError:
            pytest.skip(f"{package} is not installed; data/rebuild.py needs it")
        if installed != version:
            pytest.skip(f"{package} is {installed}; data/rebuild.py names {version}")
    assert len(rebuild.rebuild(tmp_path, check=True)) == 7 and not list(tmp_path.iterdir())
    rebuild.rebuild(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == data_files() | {"SHA256SUMS"}
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), f"{path.name} would change"
    assert rebuild.rebuild(tmp_path, check=True) == []
    (tmp_path / "names.tsv").write_bytes(b"")
    assert rebuild.rebuild(tmp_path, check=True) == ["names.tsv"] and (tmp_path / "names.tsv").read_bytes() == b""
    assert rebuild.rebuild(tmp_path) == ["names.tsv"]
    assert rebuild.rebuild(tmp_path, check=True) == []
