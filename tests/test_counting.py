"""Counts from shapes: against ids, against torch, against published tables; and the table of the course."""
import dataclasses
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from layers import BOTH, options_1d, options_2d, torch_conv

from helpers.counting import (
    conv_counts,
    count_parameters,
    dense_counts,
    embedding_counts,
    local_counts,
    pool_counts,
    recurrent_counts,
    row,
    table,
    table_counts,
    total,
)
from helpers.sharing import Counts, conv1d_ids, conv2d_ids, counts, dense_ids, local2d_ids, rnn_ids
from helpers.tables import Table

MANY = settings(max_examples=200, deadline=None)


def shape_options(o, sizes):
    """The options of `conv2d_ids`, as `conv_counts` takes them."""
    keep = {name: o[name] for name in ("C_out", "kernel_size", "stride", "padding", "dilation", "groups")}
    return dict(in_shape=(o["C_in"], *sizes), **keep)


# against ids and torch

@MANY
@given(options_2d(circular=st.just(False)))
def test_conv_and_local_counts_are_those_of_their_ids(o):
    shape = shape_options(o, (o["H_in"], o["W_in"]))
    conv, local = conv_counts(**shape, bias=False), local_counts(**shape, bias=False)
    ids = counts(conv2d_ids(**o))
    assert (conv.connections, conv.multiply_adds) == (ids.connections, ids.multiply_adds)
    assert local == counts(local2d_ids(**o))


@MANY
@given(options_1d(circular=st.just(False)))
def test_conv1d_counts_are_those_of_its_ids(o):
    conv, ids = conv_counts(**shape_options(o, (o["n_in"],)), bias=False), counts(conv1d_ids(**o))
    assert (conv.connections, conv.multiply_adds) == (ids.connections, ids.multiply_adds)


@MANY
@given(options_2d(circular=st.just(False)), BOTH)
def test_conv_parameters_are_torchs(o, bias):
    torch_parameters = sum(p.numel() for p in torch_conv(2, o).parameters()) + bias * o["C_out"]
    assert conv_counts(**shape_options(o, (o["H_in"], o["W_in"])), bias=bias).parameters == torch_parameters


@MANY
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 5))
def test_dense_and_recurrent_counts_are_those_of_torch_and_of_ids(n_x, n_h, T):
    size = lambda layer: sum(p.numel() for p in layer.parameters())                 # noqa: E731
    assert dense_counts(n_x, n_h).parameters == size(torch.nn.Linear(n_x, n_h))
    assert dense_counts(n_x, n_h, bias=False) == counts(dense_ids(n_x, n_h))
    for gates, layer in [(1, torch.nn.RNN), (3, torch.nn.GRU), (4, torch.nn.LSTM)]:
        assert recurrent_counts(n_x, n_h, T, gates).parameters == size(layer(n_x, n_h))
    assert recurrent_counts(n_x, n_h, T, biases=0) == counts(rnn_ids(T, n_x, n_h))
    assert embedding_counts(n_x, n_h, T).parameters == size(torch.nn.Embedding(n_x, n_h))


def test_pooling_by_hand():
    """Four places of two by two pixels, in two channels; LeNet's kind adds a coefficient and a bias a channel."""
    assert pool_counts((2, 4, 5), 2) == Counts(32, 0, 0)
    assert pool_counts((2, 4, 5), 2, trainable=True) == Counts(32 + 8, 2 + 2, 32)
    assert pool_counts((2, 5, 5), 3, stride=2) == Counts(2 * 4 * 9, 0, 0)
    assert pool_counts((3, 8), 2) == Counts(3 * 8, 0, 0)


def test_a_table_of_kernels_by_hand():
    """Three kernels of two numbers at four places, two filters: a bias each."""
    table = [[True, False], [True, True]]
    assert table_counts(table, (2, 5), 2) == Counts(3 * 2 * 4 + 2 * 4, 3 * 2 + 2, 24)
    assert table_counts(table, (2, 5), 2, stride=3, padding=1, bias=False) == Counts(3 * (1 + 2), 6, 9)


def test_an_embedding_is_looked_up_and_not_multiplied():
    assert embedding_counts(38, 16) == Counts(608, 608, 0)
    assert embedding_counts(38, 16, T=10) == Counts(6080, 608, 0)


def test_recurrent_counts_by_hand():
    assert recurrent_counts(3, 4) == Counts(4 * 7 + 8, 4 * 7 + 8, 28)
    assert recurrent_counts(3, 4, T=5, gates=3, biases=1) == Counts(5 * 96, 96, 5 * 84)


def test_kinds_of_numbers_do_not_matter_and_nothing_overflows():
    small = np.uint8
    assert conv_counts((small(3), small(227), small(227)), small(96), small(11), small(4)).parameters == 34944
    assert dense_counts(small(200), small(200)).parameters == 40200
    assert recurrent_counts(small(200), small(200), small(3)).connections == 3 * (2 * 40000 + 2 * 200)
    assert type(conv_counts((3, 9, 9), np.int64(2), 3).connections) is int


# the table of the course

def test_the_three_rows_of_the_course():
    side = dict(in_shape=(1, 28, 28), out_shape=(1, 26, 26))
    rows = [row("dense", dense_ids(28 * 28, 26 * 26), **side), row("local", local2d_ids(28, 28, 3), **side),
            row("conv", conv2d_ids(28, 28, 3), **side)]
    assert repr(table(*rows)).splitlines() == [
        "layer  connections  parameters  uses per parameter  multiply-adds  equivariant to",
        "dense      529,984     529,984                   1        529,984  nothing",
        "local        6,084       6,084                   1          6,084  nothing",
        "conv         6,084           9                 676          6,084  shifts, away from the borders"]


def test_a_row_says_what_it_was_told_or_what_it_found_or_asks():
    ring = conv1d_ids(6, 3, padding=1, circular=True)
    assert row("ring", ring, out_shape=(1, 6), in_shape=(1, 6)).equivariant_to == "shifts"
    assert row("ring", ring).equivariant_to == "?"
    assert row("big", conv_counts((3, 32, 32), 16, 3), "shifts").equivariant_to == "shifts"
    assert row("max pooling", pool_counts((1, 4, 4), 2)).uses_per_parameter == "none"
    assert row("big", conv_counts((3, 32, 32), 16, 3, bias=False))[1:5] == (388800, 432, 900, 388800)


def test_a_row_of_the_wrong_length_is_refused_and_a_table_cannot_be_changed():
    with pytest.raises(ValueError, match=r"row \('a', 1\) has 2 entries; expected 3, one for each column"):
        Table("t", ("x", "y", "z"), (("a", 1),))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Table("t", ("x",), ()).caption = "u"


def test_numbers_stand_right_and_words_left_in_text_and_html():
    made = Table("t", ("name", "n", "word"), (("a", 5, "x"), ("long", 1234.56, True), ("b", np.int64(7), float("nan"))))
    assert repr(made).splitlines() == [
        "name        n  word", "a           5     x", "long  1,234.6  True", "b           7   nan"]
    sides = re.findall(r"text-align: (\w+)", made._repr_html_())
    assert sides == ["left"] + ["left", "right", "right"] * 4


class Cells(HTMLParser):
    """What a screen reader meets: the caption, then every cell with its tag and scope."""

    def __init__(self, text):
        super().__init__()
        self.cells, self.open = [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in ("caption", "th", "td"):
            self.cells.append([tag, dict(attrs).get("scope"), ""])
            self.open = self.cells[-1]

    def handle_endtag(self, tag):
        self.open = None

    def handle_data(self, data):
        if self.open:
            self.open[2] += data


def test_the_html_table_has_a_caption_and_a_scope_on_every_header():
    html = table(row("a < b", dense_counts(1000, 1000, bias=False), "nothing"), caption="Two & two")._repr_html_()
    cells = Cells(html).cells
    assert cells[0] == ["caption", None, "Two & two"]
    assert [c[:2] for c in cells[1:7]] == [["th", "col"]] * 6
    assert cells[7] == ["th", "row", "a < b"]
    assert [c[2] for c in cells[8:]] == ["1,000,000", "1,000,000", "1", "1,000,000", "nothing"]
    assert not re.search(r"<(?!/?(table|caption|thead|tbody|tr|th|td)\b)", html)


def test_text_and_html_show_the_same_numbers():
    made = table(row("dense", dense_counts(300, 100), "nothing"), row("conv", conv_counts((1, 9, 9), 2, 3, padding=1)))
    text = [re.split(r"  +", line) for line in repr(made).splitlines()]
    cells = [c[2] for c in Cells(made._repr_html_()).cells[1:]]
    assert sum(text, []) == cells


def test_totals_of_lists_and_of_named_layers_agree():
    layers = {"a": dense_counts(3, 4), "b": dense_counts(4, 2)}
    assert total(layers) == total(list(layers.values())) == Counts(16 + 10, 16 + 10, 12 + 8)
    assert count_parameters(layers) == 26 and total([]) == Counts(0, 0, 0)


BAD = [
    (lambda: dense_counts(0, 3), ValueError, "n_in is 0"),
    (lambda: dense_counts(3, 1.5), TypeError, "n_out is 1.5"),
    (lambda: conv_counts((3, 9, 9), 4, 3, groups=2), ValueError, "groups is 2; it must divide C_in = 3 and C_out = 4"),
    (lambda: conv_counts(9, 4, 3), TypeError, "in_shape is 9; expected a shape such as (1, 28, 28)"),
    (lambda: conv_counts((3,), 4, 3), TypeError, "in_shape is (3,); expected a shape such as"),
    (lambda: conv_counts((3, 0, 9), 4, 3), ValueError, "in_shape is 0; expected a whole number of at least 1"),
    (lambda: conv_counts((3, 9, 9), 4, (3, 3, 3)), ValueError, "kernel_size is (3, 3, 3); expected one whole"),
    (lambda: conv_counts((3, 9, 9), 4, 10), ValueError, "kernel_size is 10 and covers 10 pixels; the padded input has"),
    (lambda: local_counts((3, 9, 9), 4, 3, stride=0), ValueError, "stride is 0"),
    (lambda: pool_counts((3, 9, 9), 0), ValueError, "kernel_size is 0"),
    (lambda: table_counts(np.ones((2, 3)), (2, 9, 9), 3), ValueError, "connection_table has shape (2, 3); expected"),
    (lambda: table_counts([True, False], (2, 9, 9), 3), ValueError, "connection_table has shape (2,); expected"),
    (lambda: recurrent_counts(3, 4, T=0), ValueError, "T is 0"),
    (lambda: recurrent_counts(3, 4, biases=-1), ValueError, "biases is -1"),
    (lambda: embedding_counts(0, 4), ValueError, "n_tokens is 0"),
    (lambda: count_parameters([3, 4]), TypeError, "layers holds 3; expected Counts, such as dense_counts(784, 10)"),
    (lambda: row("dense", [[0, 1]]), TypeError, "param_ids is [[0, 1]]"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_input_is_named_with_its_value(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
