"""Stored experiments: every listed one is stored for every seed, can be read back, and bad names are named."""
import subprocess
import sys

import numpy as np
import pytest

import helpers.experiments.stored as stored
from helpers.experiments import EXPERIMENTS, SEEDS, experiment, memory, read_table
from helpers.lstm import lstm_with_gates


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_is_stored_for_every_seed_with_the_same_columns(name):
    rows = read_table(name)
    assert callable(experiment(name)) and experiment(name).__doc__
    assert {row["seed"] for row in rows} == set(SEEDS)
    per_seed = {sum(row["seed"] == seed for row in rows) for seed in SEEDS}
    assert len(per_seed) == 1 and "" not in {value for row in rows for value in row.values()}


def test_no_stored_table_without_its_experiment():
    folder = stored.FOLDER / "experiments"
    assert {path.stem for path in folder.glob("*")} == set(EXPERIMENTS)


def test_what_is_written_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    rows = [{"seed": 0, "model": "conv, wide", "right": 0.125}, {"seed": 1, "model": "dense", "right": 1e-09}]
    stored.write_table("made up", rows)
    assert read_table("made up") == rows
    assert [path.name for path in (tmp_path / "experiments").iterdir()] == ["made up.csv"]
    with pytest.raises(FileNotFoundError, match="python -m helpers.experiments other"):
        read_table("other")


def test_the_command_lists_the_experiments_and_refuses_an_unknown_one_in_one_line():
    def command(*names):
        return subprocess.run([sys.executable, "-m", "helpers.experiments", *names], capture_output=True, text=True)

    assert [line.split()[0] for line in command().stdout.splitlines()] == list(EXPERIMENTS)
    refused = command("budgte")
    assert refused.returncode == 1 and refused.stderr.startswith("name is 'budgte'; expected one of")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(("start", "gate"), [("torch's, i + 3", 0), ("torch's, f + 3", 1)])
def test_three_more_in_the_biases_open_the_gate_that_the_start_names(start, gate):
    """By our own LSTM, which knows nothing of torch's blocks: the mean of each gate, before and after."""
    def means(net):
        W_xh, W_hh, b_xh, b_hh = (p.detach().numpy() for p in net.layer.parameters())
        return lstm_with_gates(np.zeros((1, 1, 2)), None, None, W_xh, W_hh, b_xh + b_hh)[2].mean(axis=(1, 2, 3))

    before, after = (means(make(memory.small_start(memory.build("LSTM", 2, 1, 0), 0)))
                     for make in (lambda net: net, lambda net: memory.opened(net, memory.OPENED[start])))
    others = np.arange(4) != gate
    assert before[gate] < 0.6 < 0.9 < after[gate] and np.array_equal(before[others], after[others])
