"""The counts, proved on tables that others published; the shapes inside fit each other, as torch agrees."""
import torch

from helpers.counting import conv_counts, count_parameters, dense_counts, local_counts, total
from helpers.published import alexnet, lenet5, vgg16


def test_lenet5_layer_by_layer():
    """LeCun et al. 1998, section II.B: parameters and connections as printed there."""
    printed = {"C1": (156, 122_304), "S2": (12, 5_880), "C3": (1_516, 151_600), "S4": (32, 2_000),
               "C5": (48_120, 48_120), "F6": (10_164, 10_164), "output": (0, 840)}
    assert {name: (c.parameters, c.connections) for name, c in lenet5().items()} == printed
    assert list(lenet5()) == list(printed)


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


def connections_by_torch(layers, in_shape):
    """Feed ones through weights of one: every output then counts its connections. (connections, weights and biases)"""
    x, counted = torch.ones(1, *in_shape), {}
    for name, layer in layers.items():
        with torch.no_grad():
            for p in layer.parameters():
                p.fill_(p.dim() > 1)                                    # weights 1, biases 0
            y = layer(x.flatten(1) if isinstance(layer, torch.nn.Linear) else torch.ones_like(x))
            y = y * layer.kernel_size ** 2 if isinstance(layer, torch.nn.AvgPool2d) else y
        counted[name] = round(y.double().sum().item()), sum(p.numel() for p in layer.parameters())
        x = torch.ones_like(y)
    return counted


def weights_only(net):
    """Connections without biases, and parameters, of each layer: pooling has no multiply-adds, so its connections."""
    return {name: (c.multiply_adds or c.connections, c.parameters) for name, c in net.items()}


def test_alexnet_runs_in_torch_and_every_layer_has_the_connections_counted():
    conv, pool, dense = torch.nn.Conv2d, torch.nn.AvgPool2d(3, 2), torch.nn.Linear
    layers = {"conv1": conv(3, 96, 11, 4), "pool1": pool, "conv2": conv(96, 256, 5, padding=2, groups=2), "pool2": pool,
              "conv3": conv(256, 384, 3, padding=1), "conv4": conv(384, 384, 3, padding=1, groups=2),
              "conv5": conv(384, 256, 3, padding=1, groups=2), "pool5": pool, "fc6": dense(9216, 4096),
              "fc7": dense(4096, 4096), "fc8": dense(4096, 1000)}
    assert connections_by_torch(layers, (3, 227, 227)) == weights_only(alexnet())


def test_the_convolutions_of_vgg16_run_in_torch_and_have_the_connections_counted():
    layers, C = {}, 3
    for stage, widths in enumerate([(64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3], 1):
        for step, C_out in enumerate(widths, 1):
            layers[f"conv{stage}_{step}"] = torch.nn.Conv2d(C, C_out, 3, padding=1)
            C = C_out
        layers[f"pool{stage}"] = torch.nn.AvgPool2d(2)
    counted = weights_only({name: c for name, c in vgg16().items() if name[:2] != "fc"})
    assert connections_by_torch(layers, (3, 224, 224)) == counted
    assert list(vgg16())[-3:] == ["fc6", "fc7", "fc8"]


def test_shapes_of_the_claims():
    """100 x 100 pixels into 1,000 units; one unshared 3 x 3 filter on 224 x 224; eight filters on 32 x 32."""
    assert dense_counts(100 * 100, 1000, bias=False).parameters == 10_000_000
    assert local_counts((1, 224, 224), 1, 3, bias=False).parameters == 443_556
    dense, local, conv = (dense_counts(32 * 32, 8 * 30 * 30, bias=False), local_counts((1, 32, 32), 8, 3, bias=False),
                          conv_counts((1, 32, 32), 8, 3, bias=False))
    assert (dense.parameters, local.parameters, conv.parameters) == (7_372_800, 64_800, 72)
    assert (dense.parameters / conv.parameters, conv.uses) == (102_400, 900)
