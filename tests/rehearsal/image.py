"""Run deploy/Dockerfile step by step without a container engine: `make rehearse-image ROOTFS=folder`.

python -m tests.rehearsal.image ROOTFS [--bind PATH]… [--keep FOLDER]

ROOTFS is a Debian tree that stands for the base image: mmdebstrap --variant=minbase --include=python3,python3-venv,\
ca-certificates bookworm ROOTFS. Each stage works in a copy of it, each RUN in namespaces of its own (bubblewrap). `--bind`
shows a file of this machine to the steps, such as pip's settings. In the end the image is used as it will be: without
root, with a root file system that nobody can write to.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.rehearsal.dockerfile import Instruction, Stage, stages
from tests.unit.repository.code import ROOT

DIGEST = "sha256:" + "0" * 64  # stands for a digest: nothing is pulled here
USER = 10001
SETTINGS = """[crawl]
contact = "news@example.org"
[[routes]]
name = "daily"
rules = ["*"]
channel = "console"
at = ["08:00"]
zone = "UTC"
"""


class Builder:
    """The trees of the stages, and what has been run in them."""

    def __init__(self, base: Path, place: Path, binds: list[str]) -> None:
        self._base, self._place, self._binds = base, place, binds
        self.trees: dict[str, Path] = {}

    def build(self, stage: Stage, name: str) -> Path:
        """Carry out one stage in a copy of the base; its tree."""
        tree = self._place / name
        subprocess.run(["cp", "-a", str(self._base), str(tree)], check=True)
        self.trees[name] = tree
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        folder = "/"
        for one in stage.instructions:
            print(f"[{name}] {one.line}: {one.word} {one.rest[:150]}", flush=True)
            if one.word == "ENV":
                environment |= dict(pair.split("=", 1) for pair in one.words)
            elif one.word == "ARG":
                environment["PYTHON_IMAGE"] = f"rootfs@{DIGEST}"
            elif one.word == "WORKDIR":
                folder = one.rest
                (tree / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif one.word == "COPY":
                self._copy(one, tree, folder)
            elif one.word == "RUN":
                began = time.monotonic()
                run(tree, ["/bin/sh", "-c", one.rest], environment, folder, self._binds, writable=True)
                print(f"[{name}] {one.line}: done in {time.monotonic() - began:.0f} s", flush=True)
        return tree

    def _copy(self, one: Instruction, tree: Path, folder: str) -> None:
        *given, target = one.words
        source = ROOT
        if given[0].startswith("--from="):
            source = self.trees[given.pop(0).removeprefix("--from=")]
        goal = tree / (Path(folder) / target).as_posix().lstrip("/")
        for name in given:
            origin = source / name.lstrip("/")
            if origin.is_dir():
                shutil.copytree(
                    origin,
                    goal,
                    symlinks=True,
                    dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("__pycache__") if source == ROOT else None,
                )
            else:
                shutil.copy2(origin, goal / origin.name if target.endswith("/") or len(given) > 1 else goal)


def run(
    tree: Path,
    command: list[str],
    environment: dict[str, str],
    folder: str,
    binds: list[str],
    *,
    writable: bool = False,
    mounts: list[str] | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run a command with a tree as its root: as root where it may be written to, else as the image's user."""
    user = [] if writable else ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    show = [word for path in ("/etc/resolv.conf", *binds) if Path(path).exists() for word in ("--ro-bind", path, path)]
    done = subprocess.run(
        [
            *user,
            "bwrap",
            "--bind" if writable else "--ro-bind",
            str(tree),
            "/",
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "--tmpfs",
            "/tmp",
            *(show if writable else []),
            *(mounts or []),
            "--unshare-pid",
            "--die-with-parent",
            "--clearenv",
            *[word for name, value in environment.items() for word in ("--setenv", name, value)],
            "--chdir",
            folder,
            *command,
        ],
        check=False,
        text=True,
        capture_output=not writable,
    )
    if check and done.returncode:
        print(done.stdout, done.stderr)
        raise SystemExit(f"{command} failed with {done.returncode}")
    return done


def use(tree: Path, stage: Stage, workspace: Path, data: Path) -> None:
    """Use the image as it will be used: a workspace that is only read, a folder for data, a read-only root."""
    environment = {
        **stage.environment,
        "PACTWATCH_DATABASE__URL": "sqlite:////data/pactwatch.db",
        "PACTWATCH_CATALOG__BUILTIN": "true",
    }
    mounts = ["--ro-bind", str(workspace), "/workspace", "--bind", str(data), "/data"]
    for forbidden in ("touch /opt/x", "touch /workspace/x"):
        refused = run(tree, ["/bin/sh", "-c", forbidden], environment, "/workspace", [], mounts=mounts, check=False)
        assert refused.returncode, f"{forbidden} should be refused"
    for command in (
        ["--version"],
        ["db", "upgrade"],
        ["config", "show"],
        ["sources", "check"],
        ["rules", "test"],
        ["search", "AI"],
        ["digest", "preview"],
        ["db", "backup", "/data/copy.db"],
        ["db", "check"],
    ):
        done = run(tree, ["pactwatch", *command], environment, "/workspace", [], mounts=mounts)
        print(
            f"as {USER}, root read-only: pactwatch {' '.join(command)}: {' '.join(done.stdout.split())[:90]}",
            flush=True,
        )
    demo = run(tree, ["pactwatch", "demo"], {**environment, "PACTWATCH_HOME": ""}, "/tmp", [], mounts=mounts)
    print("demo:", demo.stdout.strip().splitlines()[-1][:150])


def main() -> int:
    """Carry out the Dockerfile and use the result."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("rootfs", type=Path)
    options.add_argument("--bind", action="append", default=[])
    options.add_argument("--keep", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="pactwatch-image-") as folder:
        Path(folder).chmod(0o755)             # the image's user looks into it
        place = (chosen.keep or Path(folder)).absolute()
        place.mkdir(exist_ok=True)
        builder = Builder(chosen.rootfs.absolute(), place, chosen.bind)
        first, last = stages(ROOT / "deploy" / "Dockerfile")
        builder.build(first, first.name)
        tree = builder.build(last, "image")
        size = subprocess.run(["du", "-sm", str(tree / "opt")], check=True, capture_output=True, text=True).stdout
        print(f"/opt/pactwatch takes {size.split()[0]} MB beside the base image")
        workspace, data = place / "workspace", place / "data"
        workspace.mkdir()
        data.mkdir()
        (workspace / "pactwatch.toml").write_text(SETTINGS, encoding="utf-8")
        if os.geteuid() == 0:
            os.chown(data, USER, USER)
        use(tree, last, workspace, data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
