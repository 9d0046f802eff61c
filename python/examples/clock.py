"""When does a diffusion model on these images decide, and when does it memorise?   usage: clock.py [FIGURE.png]"""

import os
import sys

import matplotlib.pyplot as plt

import spinodal

known = "SPINODAL_DATA" in os.environ and os.path.isdir(os.path.join(os.environ["SPINODAL_DATA"], "mnist"))
data = "mnist" if known else "gen:two-phase,n=1000"  # or an array n x height x width
options = {"limit": 4000, "classes": "1,7"} if known else {}

times = spinodal.diffusion.times(data, queries=256, **options)
print(times)

curves = spinodal.diffusion.curves(data, queries=256, **options)
ax = curves.plot("curves", x="t", y=["phi", "phi_C"])
events = {"speciation": times.t_S_spectral, "classes separate": times.t_S_class, "memorised": times.t_C_phi}
for line, text in zip(ax.containers, ["two clones keep the class", "one image carries the score"]):
    line.set_label(text)
for k, (event, t) in enumerate(events.items()):
    ax.axvline(t, color=f"C{k + 2}", linestyle="--", label=f"{event}: t = {t:.2f}")
ax.set(xscale="log", xlabel="noise time t", ylabel="probability", title=f"{data}: the clock of generation")
ax.legend()
plt.savefig(sys.argv[1] if len(sys.argv) > 1 else "clock.png", dpi=80)
