"""Makes the gRPC stubs while the wheel is built, and packs the programs when told where they are.

QALAM_WHEEL_PROGRAMS=FOLDER puts FOLDER/qalam and FOLDER/qalam-collector into the wheel, which is then
one of this machine's platform; without it the wheel is pure Python.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution
from wheel.bdist_wheel import bdist_wheel

PROTOS = pathlib.Path(__file__).resolve().parent.parent.parent / "api" / "proto"
PROGRAM_FOLDER = os.environ.get("QALAM_WHEEL_PROGRAMS", "")
PROGRAMS = ("qalam", "qalam-collector")


def protoc_command():
    """Debian's protoc with its plug-in for gRPC, or the one that the package grpcio-tools brings."""
    protoc, plugin = shutil.which("protoc"), shutil.which("grpc_python_plugin")
    if protoc and plugin:
        return [protoc, f"--plugin=protoc-gen-grpc_python={plugin}"]
    try:
        import grpc_tools.protoc  # noqa: F401
    except ImportError:
        sys.exit("the stubs need protobuf-compiler and protobuf-compiler-grpc, or grpcio-tools")
    return [sys.executable, "-m", "grpc_tools.protoc"]


def make_stubs(folder):
    """Writes the stubs into the folder, which is a package: their imports of each other become relative."""
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in PROTOS.glob("*.proto"))
    subprocess.run(
        [
            *protoc_command(),
            f"--proto_path={PROTOS}",
            f"--python_out={folder}",
            f"--pyi_out={folder}",
            f"--grpc_python_out={folder}",
            *names,
        ],
        check=True,
    )
    for path in [*folder.glob("*_pb2*.py"), *folder.glob("*_pb2*.pyi")]:
        text = path.read_text()
        path.write_text(re.sub(r"^import (\w+_pb2)", r"from . import \1", text, flags=re.MULTILINE))


class BuildWithStubs(build_py):
    def run(self):
        super().run()
        package = pathlib.Path(self.build_lib) / "qalam"
        make_stubs(package / "_proto")
        if PROGRAM_FOLDER:
            (package / "_bin").mkdir(exist_ok=True)
            for program in PROGRAMS:
                target = package / "_bin" / program
                shutil.copy2(pathlib.Path(PROGRAM_FOLDER) / program, target)
                if shutil.which("strip"):
                    subprocess.run(["strip", "--strip-unneeded", target], check=True)


class PlatformDistribution(Distribution):
    def has_ext_modules(self):
        return bool(PROGRAM_FOLDER)


class AnyPythonWheel(bdist_wheel):
    """The programs bind the wheel to a platform, not to a version of Python."""

    def get_tag(self):
        python, abi, platform = super().get_tag()
        return ("py3", "none", platform) if PROGRAM_FOLDER else (python, abi, platform)


setup(
    cmdclass={"build_py": BuildWithStubs, "bdist_wheel": AnyPythonWheel},
    distclass=PlatformDistribution,
)
