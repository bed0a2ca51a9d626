"""Makes a wider and deeper `tape` network that begins where a trained smaller one ended (after Net2Net: Chen, Goodfellow and Shlens 2016)."""
import torch

import network

SLOPE = 0.1
NEW = 0.02  # how much of the usual spread connections from new channels to old ones begin with


def grown(small, width, depth):
    """A network of width >= 2 * small.width (where depth grows; else > small.width will do) that gives what small gives, but for the small
    random weights between its new channels and the old ones."""
    n = small.width
    if width < n or depth < small.depth or (depth > small.depth and width < 2 * n):
        raise ValueError("%dx%d can't hold %dx%d" % (width, depth, n, small.depth))
    big = network.Tape(small.inputs, width, depth, SLOPE)
    old = [m for m in small.body if isinstance(m, torch.nn.Conv2d)]
    new = [m for m in big.body if isinstance(m, torch.nn.Conv2d)]
    extra = depth - small.depth
    with torch.no_grad():
        for k, conv in enumerate(new):
            inserted = len(old) - 1 <= k < len(old) - 1 + extra
            coded = k > len(old) - 1 and extra  # what comes in are the pairs of an inserted layer
            o = network.OUTPUTS if k == len(new) - 1 else n
            i = len(small.inputs) if k == 0 else n
            conv.weight[:o] *= NEW / (0.02 if k == len(new) - 1 else 1)
            if inserted:
                # LeakyReLU takes nothing from a value whose negative is there too: leaky(x) - leaky(-x) = (1 + slope) x.
                conv.weight[:2 * n] = conv.weight[:2 * n] * NEW
                eye = torch.eye(n)
                w = torch.zeros(2 * n, n, 3, 3)
                w[:n, :, 1, 1], w[n:, :, 1, 1] = eye, -eye
                b = torch.zeros(2 * n)
                o = 2 * n
            else:
                source = old[k if k < len(old) - 1 else -1]
                w, b = source.weight, source.bias
            if coded:
                half = w / (1 + SLOPE)
                conv.weight[:o, :n], conv.weight[:o, n:2 * n] = half, -half
            else:
                conv.weight[:o, :i] = w
            conv.bias[:o] = b
    return big


def reading(model, inputs):
    """model with other input channels: each takes the weights of the one that reads the same samples at the nearest moment, each of which is taken once."""
    out = network.Tape(inputs, model.width, model.depth, SLOPE)
    out.load_state_dict({k: v for k, v in model.state_dict().items() if k != "body.0.weight"}, strict=False)
    left = list(range(len(model.inputs)))
    same = lambda a, b: all(a[k] == b[k] for k in ("picture", "plane", "dy", "dx"))
    with torch.no_grad():
        for k, c in sorted(enumerate(inputs), key=lambda p: abs(p[1]["t"])):
            found = sorted((abs(model.inputs[i]["t"] - c["t"]), i) for i in left if same(model.inputs[i], c))
            if not found:
                raise ValueError("nothing reads what channel %d does" % k)
            left.remove(found[0][1])
            out.body[0].weight[:, k] = model.body[0].weight[:, found[0][1]]
    return out
