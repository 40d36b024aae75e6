"""DARTS' supernet in Python's torch, written as PyTorch code usually is."""

import torch
from torch import nn

OPERATIONS = 8  # none included
NODES = 4


def norm(channels, affine=False):
    return nn.BatchNorm2d(channels, affine=affine)


def convolution(c_in, c_out, kernel, stride=1, affine=False):
    return nn.Sequential(nn.ReLU(),
                         nn.Conv2d(c_in, c_out, kernel, stride, (kernel - 1) // 2, bias=False),
                         norm(c_out, affine))


def depthwise(c, kernel, stride, dilation=1):
    padding = dilation * (kernel - 1) // 2
    return [nn.ReLU(),
            nn.Conv2d(c, c, kernel, stride, padding, dilation, groups=c, bias=False),
            nn.Conv2d(c, c, 1, bias=False),
            norm(c)]


class FactorizedReduction(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.even = nn.Conv2d(c_in, c_out // 2, 1, 2, bias=False)
        self.odd = nn.Conv2d(c_in, c_out // 2, 1, 2, bias=False)
        self.norm = norm(c_out)

    def forward(self, x):
        x = torch.relu(x)
        shifted = nn.functional.pad(x, (-1, 1, -1, 1))
        return self.norm(torch.cat([self.even(x), self.odd(shifted)], 1))


def operations(c, stride):
    skip = nn.Identity() if stride == 1 else FactorizedReduction(c, c)
    return nn.ModuleList([
        nn.Sequential(nn.MaxPool2d(3, stride, 1), norm(c)),
        nn.Sequential(nn.AvgPool2d(3, stride, 1, count_include_pad=False), norm(c)),
        skip,
        nn.Sequential(*depthwise(c, 3, stride), *depthwise(c, 3, 1)),
        nn.Sequential(*depthwise(c, 5, stride), *depthwise(c, 5, 1)),
        nn.Sequential(*depthwise(c, 3, stride, 2)),
        nn.Sequential(*depthwise(c, 5, stride, 2)),
    ])


class Cell(nn.Module):
    def __init__(self, older, newer, c, reduction, follows_reduction):
        super().__init__()
        self.older = FactorizedReduction(older, c) if follows_reduction else convolution(older, c, 1)
        self.newer = convolution(newer, c, 1)
        self.edges = nn.ModuleList()
        for node in range(2, 2 + NODES):
            for source in range(node):
                self.edges.append(operations(c, 2 if reduction and source < 2 else 1))

    def forward(self, older, newer, weights):
        nodes = [self.older(older), self.newer(newer)]
        edge = 0
        for _ in range(NODES):
            values = []
            for source in nodes:
                mixed = self.edges[edge]
                # weights[edge][0] is that of none.
                values.append(sum(w * op(source) for w, op in zip(weights[edge][1:], mixed)))
                edge += 1
            nodes.append(sum(values))
        return torch.cat(nodes[2:], 1)


class Supernet(nn.Module):
    def __init__(self, cells, c):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 3 * c, 3, padding=1, bias=False), norm(3 * c, True))
        self.cells = nn.ModuleList()
        self.reductions = {cells // 3, 2 * cells // 3}
        older = newer = 3 * c
        for i in range(cells):
            if i in self.reductions:
                c *= 2
            self.cells.append(Cell(older, newer, c, i in self.reductions, i - 1 in self.reductions))
            older, newer = newer, NODES * c
        self.classifier = nn.Linear(newer, 10)
        edges = sum(range(2, 2 + NODES))
        self.normal = torch.zeros(edges, OPERATIONS, requires_grad=True)
        self.reduction = torch.zeros(edges, OPERATIONS, requires_grad=True)

    def forward(self, x):
        normal, reduction = self.normal.softmax(1), self.reduction.softmax(1)
        older = newer = self.stem(x)
        for i, cell in enumerate(self.cells):
            weights = reduction if i in self.reductions else normal
            older, newer = newer, cell(older, newer, weights)
        return self.classifier(newer.mean((2, 3)))


def darts_step(net, sgd, adam):
    """DARTS' algorithm 1, first order: the architecture's weights by one batch, the network's by another."""
    loss_of = nn.CrossEntropyLoss()

    def step(images, labels, judged, answers):
        adam.zero_grad()
        loss_of(net(judged), answers).backward()
        adam.step()
        sgd.zero_grad()
        loss = loss_of(net(images), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5)
        sgd.step()
        return loss

    return step


def optimizers(net, architecture_rate):
    sgd = torch.optim.SGD(net.parameters(), 0.025, momentum=0.9, weight_decay=3e-4)
    adam = torch.optim.Adam([net.normal, net.reduction], architecture_rate, (0.5, 0.999),
                            weight_decay=1e-3)
    return sgd, adam
