"""Peer of bench_collapse: the collapse curves of MNIST by a plain script, one matrix product per time, with PyTorch where it is
installed, else numpy (float32, all threads). Without MNIST in $SPINODAL_DATA a Gaussian sample of the same size.

By default 2 of the 40 times are run and the total is their time scaled up; --full runs all of them.
"""
import gzip
import os
import sys
import time

import numpy as np

try:
    import torch
except ImportError:
    torch = None

start = time.perf_counter()
path = os.path.join(os.environ.get("SPINODAL_DATA", ""), "mnist", "train-images-idx3-ubyte.gz")
if os.path.exists(path):
    raw = np.frombuffer(gzip.open(path).read(), dtype=np.uint8, offset=16).reshape(60000, 784)
    y = raw.astype(np.float32) / np.float32(127.5) - 1
    y -= y.mean(0)
    print(f"reading MNIST: {time.perf_counter() - start:.2f} s")
else:
    y = np.random.default_rng(1).standard_normal((60000, 784), dtype=np.float32)
n, d = y.shape

start = time.perf_counter()
z = y.astype(np.float64)
Lambda = np.linalg.eigvalsh(z.T @ z / (n - 1))[-1]
print(f"covariance spectrum: {time.perf_counter() - start:.2f} s, Lambda = {Lambda:.6f}")

queries, times = 1024, 40
rng = np.random.default_rng(1)
seed = rng.permutation(n)[:queries]
z = rng.standard_normal((queries, d), dtype=np.float32)
grid = 0.1 * 30 ** (np.arange(times) / (times - 1))
chosen = range(times) if "--full" in sys.argv else (0, times // 2)


def pass_torch(t):
    a, scale, delta = torch.from_numpy(y), float(np.exp(-t)), float(-np.expm1(-2 * t))
    x = scale * a[seed] + delta**0.5 * torch.from_numpy(z)
    log_w = torch.log_softmax((scale * x @ a.T - scale**2 / 2 * (a * a).sum(1)) / delta, 1)
    w = log_w.exp()
    return float((w * w).sum(1).mean()), float(-(w * log_w).sum(1).mean() / d)


def pass_numpy(t):
    scale, delta = np.float32(np.exp(-t)), np.float32(-np.expm1(-2 * t))
    x = scale * y[seed] + np.sqrt(delta) * z
    v = (scale * x @ y.T - scale * scale / 2 * (y * y).sum(1)) / delta
    v -= v.max(1, keepdims=True)
    w = np.exp(v)
    total = w.sum(1, keepdims=True)
    w /= total
    return float((w * w).sum(1).mean()), float(-(w * (v - np.log(total))).sum(1).mean() / d)


start = time.perf_counter()
for s in chosen:
    phi, f = (pass_torch if torch else pass_numpy)(grid[s])
    print(f"t = {grid[s]:.4f}: phi_C = {phi:.6f}, f_ex = {f:.6g}")
took = (time.perf_counter() - start) * times / len(chosen)
print(f"{'PyTorch' if torch else 'numpy'}, one product per time: {took:.1f} s for {times} times" + ("" if len(chosen) == times else " (scaled up)"))
