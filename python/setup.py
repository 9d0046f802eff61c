"""The rest is in pyproject.toml. Type stubs are added where numpy and libspinodal are found at build time."""

import os
import subprocess
import sys

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithStubs(build_py):
    def run(self):
        super().run()
        if getattr(self, "editable_mode", False):
            return
        stubs = os.path.join(os.path.abspath(self.build_lib), "spinodal", "__init__.pyi")
        where = dict(os.environ, PYTHONPATH=os.path.dirname(os.path.abspath(__file__)), PYTHONDONTWRITEBYTECODE="1")
        subprocess.run([sys.executable, "-m", "spinodal.stubs", stubs], env=where, stderr=subprocess.DEVNULL)


setup(cmdclass={"build_py": BuildWithStubs})
