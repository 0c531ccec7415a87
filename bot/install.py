"""The service that keeps the chatbot running on a Linux machine: its unit file for systemd.

It comes back after a power cut and after every kind of end (Restart=always, and no limit of tries: a disk may
be mounted late). It may write into its data folder and to where the copies go, and nowhere else.

systemd makes each folder that may be written to a mount of its own, which hides from the service what is
mounted there later: a disk pulled out and put back would stay away until a restart. Where disks come and go,
it is therefore the folder above all of them that may be written to (MOUNTS).
"""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.config import Config

NAME = "hocso.service"
SECRETS = "/etc/hocso.env"
"""Where tokens stand that are not for config.yaml: root alone reads it, systemd hands them on."""
STOP_SECONDS = 30
"""Longer than the server takes to stop: its parts stay below 10 s together, a slow disk may need more."""
LOW_PORTS = 1024
MOUNTS = ("/media", "/mnt", "/run/media")
"""Where Linux machines put disks that come and go (Filesystem Hierarchy Standard 3.0; udisks)."""
UNIT = """\
# Do `hocso install` viết ra; chạy lại lệnh ấy thì viết đè lên.
[Unit]
Description=Trợ lý bình dân học vụ số ({ward})
Wants=network-online.target
After=network-online.target local-fs.target time-sync.target
StartLimitIntervalSec=0

[Service]
Type=exec
User={user}
WorkingDirectory={folder}
ExecStart={command}
EnvironmentFile=-{secrets}
Environment=PYTHONUNBUFFERED=1
Restart=always
RestartSec=5
TimeoutStopSec={stop_seconds}
KillSignal=SIGTERM
UMask=0077

NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writable}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
CapabilityBoundingSet={capabilities}
AmbientCapabilities={capabilities}

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class Service:
    """What the unit file is made of; all paths absolute."""

    user: str
    folder: Path
    program: Path
    config: Path
    data: Path
    target: str
    ward: str
    port: int

    @property
    def unit(self) -> str:
        """The unit file."""
        words = (self.program, "--config", self.config, "--data", self.data, "run")
        places = (self.data, *([f"-{_mounts_above(self.target)}"] if self.target else []))
        return UNIT.format(
            ward=_plain(self.ward),
            user=self.user,
            folder=_plain(str(self.folder)),
            command=" ".join(_quoted(str(word)).replace("$", "$$") for word in words),
            secrets=SECRETS,
            stop_seconds=STOP_SECONDS,
            writable=" ".join(_quoted(str(place)) for place in places),
            capabilities="CAP_NET_BIND_SERVICE" if self.port < LOW_PORTS else "",
        )


def service(config: Config, file: Path, user: str) -> Service:
    """Return the service of a ward; `file` is its config.yaml."""
    target = config.backup.target
    return Service(
        user=user,
        folder=config.folder.absolute(),
        program=Path(sys.executable).parent / "hocso",  # of this environment, wherever it links to
        config=_whole(file),
        data=_whole(config.data),
        target=str(_whole(Path(target))) if target else "",
        ward=config.ward.name,
        port=config.web.port,
    )


def owner(folder: Path) -> str:
    """Return who the service runs as: who owns the folder, so that `sudo` makes no difference.

    Raises:
        KeyError: nobody of that number is known here.
    """
    return folder.owner()


def hand_over(files: tuple[Path, ...], folder: Path) -> None:
    """Give files made with `sudo` to the folder's owner, so that the service may read them."""
    if os.name == "posix" and os.geteuid() == 0:
        owned = folder.stat()
        for file in files:
            os.chown(file, owned.st_uid, owned.st_gid)


def is_systemd_running() -> bool:
    """Whether this machine was started by systemd."""
    return Path("/run/systemd/system").is_dir()


def _whole(path: Path) -> Path:
    """A path from the root on, without “..”: systemd ignores one that holds it."""
    return Path(os.path.normpath(path.absolute()))


def _mounts_above(target: str) -> str:
    """The folder in which disks come and go, if the target is on one of them; else the target."""
    above = (one for one in MOUNTS if target.startswith(f"{one}/"))
    return next(above, target)


def _plain(text: str) -> str:
    """A value on one line that systemd takes as it is."""
    return re.sub(r"[\r\n\t]+", " ", text).replace("\\", "\\\\").replace("%", "%%")


def _quoted(text: str) -> str:
    """One word of a list."""
    return '"' + _plain(text).replace('"', '\\"') + '"'
