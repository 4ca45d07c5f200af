"""Three networks whose parameters were published, layer by layer, counted from their shapes.

Each function gives a dict from the layer's name to its Counts: `count_parameters` and `total` add them up, and
`table(*(row(name, c) for name, c in lenet5().items()))` shows them.
"""
from .counting import conv_counts, dense_counts, pool_counts, table_counts
from .patterns import LENET_C3


def lenet5():
    """LeNet-5 on 32 x 32 pixels: 60,000 trainable parameters for 340,908 connections. Taught in lesson 08.

    The output layer's 840 numbers were drawn by hand and not trained, so they are connections but no parameters here.
    Source  LeCun et al. 1998, "Gradient-based learning applied to document recognition", section II.B

    >>> {name: layer.parameters for name, layer in lenet5().items()}
    {'C1': 156, 'S2': 12, 'C3': 1516, 'S4': 32, 'C5': 48120, 'F6': 10164, 'output': 0}
    """
    return {"C1": conv_counts((1, 32, 32), 6, 5), "S2": pool_counts((6, 28, 28), 2, trainable=True),
            "C3": table_counts(LENET_C3, (6, 14, 14), 5), "S4": pool_counts((16, 10, 10), 2, trainable=True),
            "C5": conv_counts((16, 5, 5), 120, 5), "F6": dense_counts(120, 84),
            "output": dense_counts(84, 10, bias=False)._replace(parameters=0)}


def alexnet():
    """AlexNet in two towers: 60,965,224 parameters. Taught in lessons 05 and 08.

    The second, fourth and fifth convolution see only their own tower: two groups.
    Source  Krizhevsky, Sutskever & Hinton 2012, "ImageNet classification with deep convolutional neural networks",
            section 3.5. Its text says 224 x 224 pixels; 227 is the size that its 55 x 55 places need.

    >>> alexnet()["conv1"].parameters
    34944
    """
    return {"conv1": conv_counts((3, 227, 227), 96, 11, stride=4), "pool1": pool_counts((96, 55, 55), 3, 2),
            "conv2": conv_counts((96, 27, 27), 256, 5, padding=2, groups=2), "pool2": pool_counts((256, 27, 27), 3, 2),
            "conv3": conv_counts((256, 13, 13), 384, 3, padding=1),
            "conv4": conv_counts((384, 13, 13), 384, 3, padding=1, groups=2),
            "conv5": conv_counts((384, 13, 13), 256, 3, padding=1, groups=2), "pool5": pool_counts((256, 13, 13), 3, 2),
            "fc6": dense_counts(256 * 6 * 6, 4096), "fc7": dense_counts(4096, 4096), "fc8": dense_counts(4096, 1000)}


def vgg16():
    """VGG-16, configuration D: 138,357,544 parameters, 3 x 3 kernels throughout. Taught in lesson 08.

    Source  Simonyan & Zisserman 2015, "Very deep convolutional networks for large-scale image recognition", table 1

    >>> vgg16()["conv1_1"].parameters
    1792
    """
    layers, C_in, side = {}, 3, 224
    for stage, (C_out, depth) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], 1):
        for step in range(1, depth + 1):
            layers[f"conv{stage}_{step}"] = conv_counts((C_in, side, side), C_out, 3, padding=1)
            C_in = C_out
        layers[f"pool{stage}"] = pool_counts((C_in, side, side), 2)
        side //= 2
    return layers | {"fc6": dense_counts(C_in * side * side, 4096), "fc7": dense_counts(4096, 4096),
                     "fc8": dense_counts(4096, 1000)}
