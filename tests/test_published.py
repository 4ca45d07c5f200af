"""The counts, proved on tables that others published; the shapes inside fit each other, as torch agrees."""
import torch

from helpers.counting import conv_counts, count_parameters, dense_counts, local_counts, total
from helpers.published import alexnet, lenet5, vgg16


def test_lenet5_layer_by_layer():
    """LeCun et al. 1998, section II.B: parameters and connections as printed there."""
    printed = {"C1": (156, 122_304), "S2": (12, 5_880), "C3": (1_516, 151_600), "S4": (32, 2_000),
               "C5": (48_120, 48_120), "F6": (10_164, 10_164), "output": (0, 840)}
    assert {name: (c.parameters, c.connections) for name, c in lenet5().items()} == printed


def test_lenet5_has_60000_trainable_parameters_for_340908_connections():
    assert (count_parameters(lenet5()), total(lenet5()).connections) == (60_000, 340_908)


def test_a_ten_way_head_on_lenet_has_850_parameters():
    assert dense_counts(84, 10).parameters == 850


def test_alexnet_in_two_towers_has_60965224_parameters():
    assert count_parameters(alexnet()) == 60_965_224
    assert [c.parameters for c in alexnet().values() if c.parameters] == [
        34_944, 307_456, 885_120, 663_936, 442_624, 37_752_832, 16_781_312, 4_097_000]


def test_alexnets_first_layer_shared_unshared_and_dense():
    shape = dict(in_shape=(3, 227, 227), C_out=96, kernel_size=11, stride=4)
    assert conv_counts(**shape).parameters == 34_944
    assert conv_counts(**shape, bias=False).parameters == 34_848
    assert local_counts(**shape).parameters == 55 * 55 * 96 * (11 * 11 * 3 + 1) == 105_705_600
    assert dense_counts(227 * 227 * 3, 55 * 55 * 96, bias=False).parameters == 44_892_064_800
    assert conv_counts(**shape)[::2] == local_counts(**shape)[::2]      # the same connections and the same work


def test_vgg16_has_138357544_parameters():
    assert count_parameters(vgg16()) == 138_357_544
    assert sum(c.parameters for name, c in vgg16().items() if name.startswith("conv")) == 14_714_688


def test_the_shapes_inside_alexnet_fit_each_other():
    """Torch runs the same layers one after another on 227 x 227 pixels and needs as many parameters."""
    conv, pool = torch.nn.Conv2d, torch.nn.MaxPool2d(3, 2)
    body = torch.nn.Sequential(conv(3, 96, 11, 4), pool, conv(96, 256, 5, padding=2, groups=2), pool,
                               conv(256, 384, 3, padding=1), conv(384, 384, 3, padding=1, groups=2),
                               conv(384, 256, 3, padding=1, groups=2), pool)
    assert body(torch.zeros(1, 3, 227, 227)).shape == (1, 256, 6, 6)
    counted = [c.parameters for name, c in alexnet().items() if name.startswith("conv")]
    assert counted == [sum(p.numel() for p in layer.parameters()) for layer in body if layer is not pool]


def test_shapes_of_the_claims():
    """100 x 100 pixels into 1,000 units; one unshared 3 x 3 filter on 224 x 224; eight filters on 32 x 32."""
    assert dense_counts(100 * 100, 1000, bias=False).parameters == 10_000_000
    assert local_counts((1, 224, 224), 1, 3, bias=False).parameters == 443_556
    dense, local, conv = (dense_counts(32 * 32, 8 * 30 * 30, bias=False), local_counts((1, 32, 32), 8, 3, bias=False),
                          conv_counts((1, 32, 32), 8, 3, bias=False))
    assert (dense.parameters, local.parameters, conv.parameters) == (7_372_800, 64_800, 72)
    assert (dense.parameters / conv.parameters, conv.uses) == (102_400, 900)
