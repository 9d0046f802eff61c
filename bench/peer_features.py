"""The same points as bench_features by the usual damped fixed-point iteration in NumPy and SciPy."""
import json
import os
import subprocess
import time

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtr

MU1, MUS2 = 0.605705509602, 0.165575741084**2  # tanh


def ours(*words):
    start = time.time()
    out = subprocess.run([os.environ["SPINODAL"], *words, "--json"], capture_output=True, text=True, check=True).stdout
    return json.loads(out), time.time() - start


def square(psi1, psi2, ridge_paper, noise_var, mu1=MU1, mus2=MUS2):
    """Isotropic test error by damped iteration of chi, A (spec 21, 3.1-3.2)."""
    lam, V, chi = psi1 * psi2 * ridge_paper, 1.0, 1.0
    for steps in range(200000):
        A = 1 / (1 + V)
        t, z = psi2 * mu1**2 * A, lam + psi2 * mus2 * A
        new_chi = psi1 / (z + t / (1 + chi * t))
        new_V = mu1**2 * chi / (1 + chi * t) + mus2 * chi
        change = max(abs(new_chi / chi - 1), abs(new_V / V - 1))
        chi, V = 0.5 * (chi + new_chi), 0.5 * (V + new_V)
        if change < 1e-12:
            break
    A = 1 / (1 + V)
    t = psi2 * mu1**2 * A
    d = 1 / (1 + chi * t)
    delta, mh = psi1 / chi**2 - t**2 * d**2, psi2 * mu1 * A
    M = mu1 * chi * d * mh

    def Q(H, k):
        s = H * d * d + k
        return mu1**2 * (chi**2 * H * d * d + s / delta * d * d) + mus2 * s / delta

    q0, b1 = Q(mh**2, 0), Q(psi2 * mu1**2 * A**2, psi2 * mus2 * A**2)
    return (1 - 2 * M + q0 + noise_var) / (1 - b1) - noise_var


def logistic(psi1, psi2, lam, flip, mu1=0.5, mus2=(np.pi - 2) / (4 * np.pi)):
    """Isotropic saddle point by damped iteration, quad and brentq (spec 17, 3.1-3.5)."""
    V, Q, M = 1.0, 0.5, 0.1
    for _ in range(2000):
        rest, k = 1 - M * M / Q, M / (Q * np.sqrt(1 - M * M / Q))
        s = lambda z: 1 / (1 + np.exp(z))
        prox = lambda u: brentq(lambda z: z - u - V * s(z), u, u + V)
        W = lambda u: 2 * ((1 - flip) * ndtr(k * u) + flip * ndtr(-k * u))
        dW = lambda u: 2 * (1 - 2 * flip) * np.exp(-((M * u / Q) ** 2) / (2 * rest)) / np.sqrt(2 * np.pi * rest)
        phi = lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.pi)

        def mean(f):
            return quad(lambda x: phi(x) * f(np.sqrt(Q) * x), -8, 8, epsabs=1e-8, epsrel=1e-8, limit=100)[0]

        def curvature(u):
            z = prox(u)
            c = s(z) * (1 - s(z))
            return W(u) * c / (1 + V * c)

        A = mean(curvature)
        qh = mean(lambda u: W(u) * s(prox(u)) ** 2)
        mh = mean(lambda u: dW(u) * s(prox(u)))
        t, z0 = psi2 * mu1**2 * A, lam + psi2 * mus2 * A
        chi = brentq(lambda x: x * (z0 + t / (1 + x * t)) - psi1, 0, psi1 / z0)
        d = 1 / (1 + chi * t)
        H, kk = (psi2 * mu1 * mh) ** 2 + psi2 * mu1**2 * qh, psi2 * mus2 * qh
        delta = psi1 / chi**2 - t * t * d * d
        S = H * d * d + kk
        new = np.array([mu1**2 * chi * d + mus2 * chi, mu1**2 * (chi**2 * H * d * d + S / delta * d * d) + mus2 * S / delta, psi2 * mu1**2 * mh * chi * d])
        change = np.max(np.abs(new / np.array([V, Q, M]) - 1))
        V, Q, M = 0.5 * (np.array([V, Q, M]) + new)
        if change < 1e-6:
            break
    return np.arccos(M / np.sqrt(Q)) / np.pi


grid = np.logspace(-1, 1, 8)
start = time.time()
theirs = [[square(a, b, 1e-3, 25) for b in grid] for a in grid]
peer = (time.time() - start) / 64
result, _ = ours("features", "descent", "--activation", "tanh", "--psi1", "0.1:10:8log", "--psi2", "0.1:10:8log", "--noise-var", "25", "--ridge-paper", "1e-3")
mine = np.array(result["tables"]["map"]["test"]).reshape(8, 8)
big, wall = ours("features", "descent", "--activation", "tanh", "--psi1", "0.1:10:300log", "--psi2", "0.1:10:300log", "--noise-var", "25", "--ridge-paper", "1e-3")
print(f"square-loss point: fixed point in Python {peer:.3g} s; spinodal {wall / 90000:.3g} s with process and JSON;"
      f" ratio {peer / (wall / 90000):.0f}; largest relative difference {np.max(np.abs(mine / np.array(theirs) - 1)):.1e}")

start = time.time()
value = logistic(2, 1, 0.1, 0.1)
peer = time.time() - start
result, _ = ours("features", "loss", "--loss", "logistic", "--psi1", "2", "--psi2", "1", "--ridge", "0.1", "--flip", "0.1")
_, wall = ours("features", "loss", "--loss", "logistic", "--psi1", "0.5:5:100log", "--psi2", "1", "--ridge", "0.1", "--flip", "0.1")
print(f"logistic point: quad and brentq {peer:.3g} s; spinodal {wall / 100:.3g} s; ratio {peer / (wall / 100):.0f};"
      f" test errors {value:.7f} and {result['tables']['samples']['test_err'][0]:.7f}")
