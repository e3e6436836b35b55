"""A secret-file reader: a process opens files that only others have a reason to open."""

from collections.abc import Iterator

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import MILLISECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.people import BACKUP, BASH, NODE, SSHD, everybody, opened, serving
from vm.kernel.world.events import Event

SECRETS = ("/etc/shadow", "/root/.ssh/id_ed25519", "/run/secrets/db-password", "/etc/kubernetes/admin.conf")
DECOYS = (
    "/etc/shadow.conf.d/readme",
    "/etc/passwd",
    "/etc/hosts",
    "/root/.ssh/known_hosts",
    "/srv/shop/cart.js",
)
"""Names that begin or look alike, and are nobody's secret."""


def _reader(values: Values) -> Iterator[Event]:
    draw = Draw(values.seed, "reader")
    for now in draw.times(200 * MILLISECOND, values["period"] * MILLISECOND):
        yield opened(now, NODE, draw.pick(SECRETS), "secret")


def _entitled(values: Values) -> Iterator[Event]:
    """Those who may: sshd checks passwords, the backup reads everything."""
    draw = Draw(values.seed, "entitled")
    for now in draw.times(0, 300 * MILLISECOND):
        who = draw.pick((SSHD, BACKUP))
        yield opened(now, who, "/etc/shadow" if who == SSHD else draw.pick(SECRETS), "entitled")


def _harmless(values: Values) -> Iterator[Event]:
    draw = Draw(values.seed, "harmless")
    for now in draw.times(0, values["gap"] * MILLISECOND):
        yield opened(now, draw.pick((NODE, BASH, NODE)), draw.pick(DECOYS), "normal")


SECRET_READER = Scenario(
    "secret-reader", "Secret-file reader",
    "An application of user 1001 opens /etc/shadow, keys and passwords, between thousands of harmless files.",
    "The path and who opens it: sshd and the backup are entitled to read secrets, node is not. Names that "
    "only begin like a secret are harmless.",
    lambda values: [
        _reader(values), _entitled(values), _harmless(values), serving(values, 30 * MILLISECOND)
    ],
    (
        Parameter("period", "Milliseconds between two secrets read.", 250, 1, 600_000, "ms"),
        Parameter("gap", "Milliseconds between two harmless files.", 12, 1, 60_000, "ms"),
    ),
    {"secret": "a secret, opened by the application", "entitled": "by those who may", "normal": "harmless"},
    frozenset({"secret"}),
    ("tracepoint/syscalls/sys_enter_openat", "lsm/file_open", "kprobe/do_sys_openat2"),
    world=everybody,
)  # fmt: skip
