"""Writes a checkpoint of train.py as safetensors, and beside it what the network makes of inputs that anyone can make: NAME.check.json.

usage: export.py CHECKPOINT ../../sound.safetensors        (the same weights give the same bytes)
"""
import json
import pathlib
import struct
import sys

import numpy as np
import torch

from network import FEATURES, Network, inputs, spread

WINDOWS = 64
PICKS = [(t, k) for t in (0, 1, 2, 9, 20, 21) for k in (0, 1, 77, 255, 256, 259, 260, 700, 1023, 1024)]


def made():
    """Of window t, bin k: the logarithm of feature i is 4 sin(0.31 t + (0.02 + 0.01 i) k + i) - 1; what the long window makes of the sound is, over the sound,
    0.5 + 0.6 sin(0.17 t + 0.015 k) + i 0.3 sin(0.11 t - 0.02 k + 1)."""
    i, t, k = np.meshgrid(np.arange(len(FEATURES)), np.arange(WINDOWS), np.arange(1025), indexing='ij')
    logs = 4 * np.sin(0.31 * t + (0.02 + 0.01 * i) * k + i) - 1
    t, k = t[0], k[0]
    values = dict(logs=logs, long_real=0.5 + 0.6 * np.sin(0.17 * t + 0.015 * k), long_imag=0.3 * np.sin(0.11 * t - 0.02 * k + 1))
    return {name: torch.from_numpy(v.astype(np.float32)[None]) for name, v in values.items()}


def main():
    saved = torch.load(sys.argv[1])
    target = pathlib.Path(sys.argv[2])
    net = Network()
    net.load_state_dict(saved['mean'])
    header, data = {'__metadata__': {'name': 'tapelight sound denoiser', 'steps': str(saved['step'])}}, b''
    for name, v in sorted(net.state_dict().items()):
        raw = v.numpy().astype('<f4').tobytes()
        header[name] = {'dtype': 'F32', 'shape': list(v.shape), 'data_offsets': [len(data), len(data) + len(raw)]}
        data += raw
    head = json.dumps(header, separators=(',', ':')).encode()
    head += b' ' * (-len(head) % 8)
    target.write_bytes(struct.pack('<Q', len(head)) + head + data)
    with torch.no_grad():
        correction, share = (spread(v)[0] for v in net(inputs(made())))
    outputs = [{'window': t, 'bin': k, 'correction': float(correction[t, k]), 'share': float(torch.sigmoid(share[t, k]))} for t, k in PICKS]
    check = {'input': ' '.join(made.__doc__.split()), 'windows': WINDOWS, 'outputs': outputs}
    target.with_suffix('.check.json').write_text(json.dumps(check, indent=1) + '\n')


if __name__ == '__main__':
    main()
