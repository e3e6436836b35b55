"""Names of numbers that system calls are given, on x86-64: include/uapi/asm-generic/{fcntl,signal}.h."""

from vm.uapi.constant import Group

GROUPS: tuple[Group, ...] = (
    Group(
        "file flag",
        "How a file is opened, or-ed: `openat`, `file.f_flags`.",
        (
            ("O_RDONLY", 0, "To read. It is no bit: it is what is left without the next two."),
            ("O_WRONLY", 1, "To write."),
            ("O_RDWR", 2, "To read and write."),
            ("O_ACCMODE", 3, "The bits of the three above."),
            ("O_CREAT", 0o100, "Make it if it is not there."),
            ("O_EXCL", 0o200, "Fail if it is there already."),
            ("O_TRUNC", 0o1000, "Throw away what it holds."),
            ("O_APPEND", 0o2000, "Every write goes to the end."),
            ("O_NONBLOCK", 0o4000, "Never wait."),
            ("O_DIRECTORY", 0o200000, "Fail if it is no directory."),
            ("O_NOFOLLOW", 0o400000, "Fail if it is a symbolic link."),
            ("O_CLOEXEC", 0o2000000, "Closed when another program is executed."),
            ("AT_FDCWD", -100, "In place of a directory: the current one."),
        ),
    ),
    Group(
        "signal",
        "What `kill` sends.",
        (
            ("SIGHUP", 1, "The terminal is gone; by custom: read your settings again."),
            ("SIGINT", 2, "Ctrl C."),
            ("SIGQUIT", 3, "Ctrl \\, with a memory dump."),
            ("SIGABRT", 6, "The process gave up by itself."),
            ("SIGKILL", 9, "Ends the process; it is not asked."),
            ("SIGUSR1", 10, "Means what the program says."),
            ("SIGSEGV", 11, "Touched memory that is not its own."),
            ("SIGUSR2", 12, "Means what the program says."),
            ("SIGPIPE", 13, "Wrote where nobody reads."),
            ("SIGALRM", 14, "The alarm clock."),
            ("SIGTERM", 15, "Asks the process to end."),
            ("SIGCHLD", 17, "A child has ended."),
            ("SIGSTOP", 19, "Stops the process; it is not asked."),
        ),
    ),
)
"""Flags of files, and signals."""
