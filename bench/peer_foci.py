"""The same selection with scipy's kd-tree, one query for each candidate and step, and the soft coefficient with n x n arrays."""

import time

import numpy as np
from scipy.spatial import cKDTree


def q(x, r, left):
    neighbour = cKDTree(x).query(x, 2)[1]
    other = np.where(neighbour[:, 0] == np.arange(len(x)), neighbour[:, 1], neighbour[:, 0])
    return (len(x) * np.minimum(r, r[other]) - left**2).sum() / (left * (len(x) - left)).sum()


def foci(x, y):
    r = y.argsort().argsort() + 1.0
    left = len(y) + 1 - r
    chosen, best = [], 0.0
    while True:
        values = {j: q(x[:, chosen + [j]], r, left) for j in range(x.shape[1]) if j not in chosen}
        j = max(values, key=values.get)
        if values[j] <= best:
            return chosen
        chosen.append(j)
        best = values[j]


rng = np.random.default_rng(3)
x = rng.normal(size=(10000, 50))
y = x[:, 0] * x[:, 1] + np.sin(x[:, 0] * x[:, 2]) + x[:, 3] ** 2
start = time.perf_counter()
chosen = foci(x, y)
print(f"foci n=10000 p=50 with scipy, one core: {time.perf_counter() - start:.1f} s, columns {chosen}")

n = 4000
f = x[:n, :4]
r = y[:n].argsort().argsort() + 1.0
start = time.perf_counter()
d = np.sqrt(((f[:, None, :] - f[None, :, :]) ** 2).sum(-1))
w = np.exp(-(d - np.where(np.eye(n) == 1, np.inf, d).min(1)[:, None]) / 0.2)
np.fill_diagonal(w, 0)
w /= w.sum(1)[:, None]
soft = w @ r
u = (soft < r) / 1.0
c = -(u[:, None] * w * (r[None, :] - soft[:, None])) / 0.2
c = np.where(d > 0, (c + c.T) / np.maximum(d, 1e-300), 0)
gradient = f * c.sum(1)[:, None] - c @ f
print(f"soft step n={n} m=4 with n x n arrays: {time.perf_counter() - start:.1f} s, {6 * n * n * 8 / 1e6:.0f} MB")
