"""The ``hookscope`` command; one file per family of verbs."""

import click

from app.cli import runs, serve, tools, verify


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Learn eBPF: write a program, attach it, send it a packet, step it both ways."""


for command in (
    serve.serve,
    tools.asm,
    tools.disasm,
    tools.cfg,
    tools.plugin,
    runs.run,
    runs.map_,
    runs.batch,
    verify.verify,
    verify.compare,
):
    main.add_command(command)
