"""The poster: one idea, four pictures."""
import matplotlib.pyplot as plt

from .plots import draw_ids, draw_layer
from .plots_time import draw_unrolled
from .sharing import conv1d_ids, counts, dense_ids, local1d_ids, rnn_ids


def draw_poster():
    """Dense, local, convolution and an unrolled RNN: each as neurons and lines, and as its param_ids below."""
    layers = {"dense": dense_ids(6, 4), "local": local1d_ids(6, 3), "convolution": conv1d_ids(6, 3),
              "RNN, unrolled": rnn_ids(4, n_x=1, n_h=1)}
    fig, axes = plt.subplots(2, 4, figsize=(13, 4), layout="constrained", width_ratios=[1, 1, 1, 1.34])
    for (name, ids), (above, below) in zip(layers.items(), axes.T, strict=True):
        draw_ids(ids, below).set(xticks=[], yticks=[], xlabel="inputs", ylabel="outputs")
        above.set_title(f"{name}: {counts(ids).parameters} parameters", fontsize=13, fontweight="bold")
    for ids, ax in zip(list(layers.values())[:3], axes[0], strict=False):
        draw_layer(ids, ax, inputs="", outputs="")
    draw_unrolled(range(4), range(5), axes[0, 3], numbers=False)
    axes[1, 3].set(xlabel="$x_1$   $h_0$   $x_2$   $h_1$   $x_3$   $h_2$   $x_4$   $h_3$", ylabel="steps")
    return fig
