"""Time training steps of the network `dense` in PyTorch.

torch_step.py MODEL THREADS STEPS

Steps of the default batch, crops and losses of s2rgf_train, on random pixels of sources of the
model's bands and pixel sizes, with random labels in a square of every crop. Prints the wall and
processor seconds of a step. The first one is not counted.
"""
import sys
import time

import torch

from torch_network import Dense, load_model
from oracle_layers import cross_entropy, is_decayed, is_statistic, relation_loss

BATCH, CROP_PX, LABELLED_PX = 8, 96, 16
RATE, DECAY, SMOOTHING, BALANCE, BETA = 0.002, 0.02, 0.1, 0.5, 1e-3


def make_crops(described):
    """Inputs, affine maps, validity and labels of a batch."""
    reference = next(s["pixel_size"] for s in described["sources"] if s["on_reference"])
    inputs, affines = [], []
    for source in described["sources"]:
        ratio = reference / source["pixel_size"]
        margin = 0 if source["on_reference"] else 1
        side = round(CROP_PX * ratio) + 2 * margin
        inputs.append(torch.randn(BATCH, len(source["bands"]), side, side))
        affines.append([(margin, ratio, 0.0, margin, 0.0, ratio)] * BATCH)
    labels = torch.full((BATCH, CROP_PX, CROP_PX), -1)
    inside = slice((CROP_PX - LABELLED_PX) // 2, (CROP_PX + LABELLED_PX) // 2)
    labels[:, inside, inside] = torch.randint(len(described["classes"]),
                                              (BATCH, LABELLED_PX, LABELLED_PX))
    return inputs, affines, torch.ones(BATCH, CROP_PX, CROP_PX), labels


class Training:
    def __init__(self, described, parameters):
        self.network = Dense(parameters, [s["on_reference"] for s in described["sources"]], True)
        groups = {True: [], False: []}
        for name, value in self.network.p.items():
            if not is_statistic(name):
                groups[is_decayed(name)].append(value.requires_grad_())
        self.optimiser = torch.optim.AdamW(
            [{"params": groups[decayed], "weight_decay": DECAY if decayed else 0.0}
             for decayed in (True, False)], lr=RATE)

    def step(self, inputs, affines, valid, labels):
        wanted = labels >= 0
        scores, fused, f_valid = self.network.forward(inputs, affines, valid, wanted)
        loss = (cross_entropy(scores, labels[wanted], SMOOTHING, BALANCE) +
                BETA * sum(relation_loss(y, f_valid) for y in fused))
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()


def main(model, threads, steps):
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    described, parameters = load_model(model)
    training, crops = Training(described, parameters), make_crops(described)
    training.step(*crops)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(int(steps)):
        training.step(*crops)
    print((time.perf_counter() - wall) / int(steps), (time.process_time() - cpu) / int(steps))


if __name__ == "__main__":
    main(*sys.argv[1:])
