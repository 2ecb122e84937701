"""Run the systemd units under a real systemd, in a container of systemd-nspawn: `make rehearse-units`.

python -m tests.rehearsal.units SYSROOT OPT

SYSROOT is a Debian tree with systemd: mmdebstrap --variant=minbase --include=python3,ca-certificates,systemd,\
systemd-sysv,dbus bookworm SYSROOT. OPT is the folder /opt/pactwatch that tests.rehearsal.image made (--keep). Needs root.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.unit.repository.code import ROOT

SETTINGS = """[crawl]
contact = "news@example.org"
[catalog]
builtin = false
[web]
enabled = true
[[routes]]
name = "daily"
rules = ["*"]
channel = "console"
at = ["00:00"]
zone = "UTC"
"""
SCRIPT = r"""
exec > /result 2>&1
unit() { systemctl show "$1" --property=ActiveState,SubState,Result,ExecMainStatus,MemoryCurrent,MainPID | tr '\n' ' '; echo; }
for i in $(seq 60); do
    /opt/pactwatch/bin/python /opt/pactwatch/probe.py http://127.0.0.1:8420/healthz 2>/dev/null && break; sleep 1
done
echo "== serve"; unit pactwatch-serve; grep -E 'NoNewPrivs|Seccomp:|CapEff|^Uid' /proc/$(systemctl show -P MainPID pactwatch-serve)/status
/opt/pactwatch/bin/python /opt/pactwatch/probe.py http://127.0.0.1:8420/healthz && echo "healthz answers 200"
for name in run digest backup; do
    echo "== $name"; systemctl start pactwatch-$name; echo "exit $?"; unit pactwatch-$name
done
ls -l /var/backups/pactwatch /srv/newsdesk/data
echo "== the whole job under the same limits: crawl, extraction processes, digest"
systemd-run --quiet --unit=pactwatch-demo --pipe --wait /opt/pactwatch/bin/pactwatch demo | tail -n 12; echo "exit ${PIPESTATUS[0]}"
echo "== timers"; systemctl list-timers --no-pager 'pactwatch-*'
echo "== it starts again after a crash"; kill -9 $(systemctl show -P MainPID pactwatch-serve); sleep 40; unit pactwatch-serve
echo "== it cannot write elsewhere"
systemd-run --quiet --pipe --wait -p User=pactwatch -p ProtectSystem=strict -p ReadWritePaths=/srv/newsdesk sh -c 'touch /opt/x; touch /srv/newsdesk/data/x && echo may write its data'
echo "== stop"; date +%s.%N > /began; systemctl stop pactwatch-serve; echo "stopped in $(echo "$(date +%s.%N) $(cat /began)" | awk '{print $1-$2}') s"; unit pactwatch-serve
for name in serve run digest backup worker@1 litestream; do systemd-analyze security pactwatch-$name.service --no-pager | tail -n 1; done
echo "== journal"; journalctl --no-pager -o cat -u 'pactwatch-*' | cut -c1-200 | tail -n 60
systemctl poweroff
"""
REHEARSE = """[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /rehearse.sh
[Install]
WantedBy=graphical.target
"""


def prepare(tree: Path, opt: Path) -> None:
    """Install Pactwatch in the tree as docs/how-to/run-under-systemd.md says."""
    shutil.copytree(opt, tree / "opt" / "pactwatch", symlinks=True, dirs_exist_ok=True)
    shutil.copytree(ROOT / "deploy" / "systemd", tree / "etc" / "systemd" / "system", dirs_exist_ok=True)
    (tree / "etc" / "systemd" / "system" / "rehearse.service").write_text(REHEARSE, encoding="utf-8")
    (tree / "rehearse.sh").write_text(SCRIPT, encoding="utf-8")
    (tree / "result").unlink(missing_ok=True)
    workspace = tree / "srv" / "newsdesk"
    (workspace / "data").mkdir(parents=True, exist_ok=True)
    (workspace / "pactwatch.toml").write_text(SETTINGS, encoding="utf-8")
    commands = (
        "id pactwatch 2>/dev/null || useradd --system --home-dir /srv/newsdesk --shell /usr/sbin/nologin pactwatch",
        "install -d -o pactwatch -g pactwatch -m 700 /var/backups/pactwatch /srv/newsdesk/data",
        "systemctl enable pactwatch-serve.service pactwatch-run.timer pactwatch-digest.timer pactwatch-backup.timer rehearse.service",
        "systemctl set-default graphical.target",
    )
    for command in commands:
        subprocess.run(["chroot", str(tree), "/bin/sh", "-c", command], check=True)


def main() -> int:
    """Boot it, and print what the units did."""
    base, opt = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="pactwatch-units-") as place:
        tree = Path(place) / "root"
        subprocess.run(["cp", "-a", str(base), str(tree)], check=True)
        prepare(tree, opt)
        try:
            subprocess.run(
                ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "-b", "-D", str(tree)],
                stdout=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
                timeout=300,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print("it did not end within five minutes")
        result = tree / "result"
        print(result.read_text(encoding="utf-8") if result.exists() else "nothing was written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
