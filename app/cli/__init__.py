"""The ``hookscope`` command; one file per family of verbs."""

import click

from app.cli import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Learn eBPF: write a program, attach it, send it a packet, step it both ways."""


main.add_command(serve.serve)
