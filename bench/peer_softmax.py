"""Peer of bench_softmax: the same numbers with numpy, one matrix product per time (float32, all threads of its BLAS).

By default 2 of the 40 times are run and the total is their time scaled up; --full runs all of them.
"""
import sys
import time

import numpy as np

n, d, queries, times = 60000, 784, 1024, 40
rng = np.random.default_rng(1)
scale = np.sqrt(d / 7.24 / np.arange(1, d + 1)).astype(np.float32)
y = rng.standard_normal((n, d), dtype=np.float32) * scale
seed = rng.integers(0, n, queries)
z = rng.standard_normal((queries, d), dtype=np.float32)
norm = (y * y).sum(1)

grid = 0.1 * 50 ** (np.arange(times) / (times - 1))
chosen = range(times) if "--full" in sys.argv else (0, times // 2)
start = time.perf_counter()
for s in chosen:
    t = grid[s]
    delta = -np.expm1(-2 * t)
    scaled = np.float32(np.exp(-t))
    phi = 0.0
    for first in range(0, queries, 128):
        x = scaled * y[seed[first:first + 128]] + np.float32(np.sqrt(delta)) * z[first:first + 128]
        v = x @ y.T
        v *= scaled
        v -= scaled * scaled / 2 * norm
        v /= np.float32(delta)
        v -= v.max(1, keepdims=True)
        w = np.exp(v)
        w /= w.sum(1, keepdims=True)
        entropy = -np.einsum("ij,ij->i", w, np.log(np.maximum(w, 1e-30)))
        phi += (w * w).sum(1).sum()
    print(f"t = {t:.4f}: phi_C = {phi / queries:.6f}, last entropy {entropy[-1]:.4f}")
took = (time.perf_counter() - start) * times / len(chosen)
print(f"numpy, one product per time: {took:.1f} s for {times} times" + ("" if len(chosen) == times else " (scaled up)"))
