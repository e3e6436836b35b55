"""Every verb as somebody would try it who has not read a line: whatever file, whatever option."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.cli.test_commands import MOV_EXIT, hookscope

OBJECT = Path(__file__).parents[2] / "data/asm/objects/count.o"
TEXT = b"r0 = 2\nexit\n"
FILES = {
    "text": TEXT,
    "hex": MOV_EXIT.encode(),
    "hex in lines": b"b7000000 02000000\n95000000 00000000\n",
    "bytes": bytes.fromhex(MOV_EXIT),
    "object": OBJECT.read_bytes(),
    "cut object": OBJECT.read_bytes()[:300],
    "half a slot": b"\xb7\0\0",
    "noise": bytes(range(256)) * 4,
    "nothing": b"",
}
PROGRAMS = ("text", "hex", "hex in lines", "bytes", "object")
BYTECODE = ("hex", "hex in lines", "bytes", "object")
TAKES = {
    "asm": ("text",),
    "disasm": (*BYTECODE, "noise"),
    "cfg": PROGRAMS,
    "run": PROGRAMS,
    "map": (*PROGRAMS, "noise"),
    "verify": PROGRAMS,
}
"""The files that a verb can do something with."""
VERBS = (*TAKES, "compare", "plugin", "batch", "serve")


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_every_verb_explains_itself(verb: str) -> None:
    code, out, err = hookscope(*([verb] if verb else []), "--help")
    assert (code, err) == (0, "")
    assert "Usage:" in out


@pytest.mark.parametrize("verb", TAKES)
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_taken_for_what_it_is_or_refused_in_a_line(tmp_path: Path, verb: str, name: str) -> None:
    path = tmp_path / "given"
    path.write_bytes(FILES[name])
    options = ("--hex",) if verb == "asm" else ("--packet", "00" * 64) if verb == "run" else ()
    code, out, err = hookscope(verb, str(path), *options)
    assert (code, out, err) == hookscope(verb, "-", *options, given=FILES[name])
    if name in TAKES[verb]:
        assert (code, err) == (0, "")
    else:
        assert code == 1
        assert any(words in err + out for words in ("error: ", "refused by Linux", "rejected with"))
        assert "error: error" not in err.lower()


def test_every_program_of_an_object_is_shown() -> None:
    assert "count_flows" in hookscope("cfg", str(OBJECT))[1]
    assert [json.loads(line)["name"] for line in hookscope("map", str(OBJECT))[1].splitlines()]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("bogus",), 2, "No such command 'bogus'"),
        (("asm",), 2, "Missing argument 'FILE'"),
        (("asm", "-", "-o", "/nowhere/at/all"), 1, "cannot write /nowhere/at/all: No such file or directory"),
        (("asm", "-", "-o", "/"), 2, "is a directory"),
        (("disasm", "-"), 1, "`hookscope asm --hex` assembles it"),
        (("disasm", "-", "--style", "att"), 2, "'att' is not one of"),
        (("run", "-", "--packet", "zz"), 1, "`z` is no hex digit"),
        (("run", "-", "--packet", ""), 1, "XDP gets frames of 14 to"),
        (("run", "-", "--pcap", "/nowhere"), 2, "does not exist"),
        (("run", "-", "--pcap", __file__), 1, "the file is text, not a capture"),
        (("run", "-", "--hook", "kprobe"), 1, "kprobe of which kernel function?"),
        (("run", "-", "--sample", "none"), 2, "'none' is not one of"),
        (("verify", "-", "--attach-type", "none"), 1, "there is no attach type none"),
        (("plugin", "zz"), 1, "the memory is not hex: zz"),
        (("serve", "--port", "65536"), 2, "is not in the range"),
        (("serve", "--host", "256.1.1.1", "--port", "1"), 1, "cannot listen on 256.1.1.1"),
        (("batch", "more"), 2, "unexpected extra argument"),
    ],
)
def test_a_mistake_is_said_with_its_status(words: tuple[str, ...], status: int, said: str) -> None:
    code, _, err = hookscope(*words, given=TEXT)
    assert (code, said in err) == (status, True), err


def test_a_port_in_use_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        code, _, err = hookscope("serve", "--port", str(port))
    assert (code, f"cannot listen on 127.0.0.1, port {port}" in err) == (1, True)


def test_the_plugin_loads_no_more_than_it_needs() -> None:
    code = "import sys, app.cli as c; c.main.get_command(None, 'plugin'); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert {"networkx", "flask", "sqlalchemy", "pydantic"}.isdisjoint(done.stdout.split())
    assert "app.cli.plugin" in done.stdout.split()


def test_the_version_is_told() -> None:
    assert hookscope("--version")[1].startswith("hookscope, version ")


def test_a_reader_that_goes_away_is_no_error() -> None:
    source = "r0 = 0\n" * 50_000 + "exit\n"
    command = f"{sys.executable} -m app asm --hex - | head -1"
    done = subprocess.run(
        ["sh", "-c", command], input=source, capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, "Traceback" in done.stderr) == ("b700000000000000\n", False)
