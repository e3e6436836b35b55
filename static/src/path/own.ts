// Packets and calls made by hand: entries of a script, as docs/scenarios.md has them.

export type OwnEvent = Readonly<Record<string, unknown>>;

/** JSON is YAML: the script that makes these happen, a millisecond apart. */
export function ownScript(events: readonly OwnEvent[]): string {
  return events.length === 0 ? "" : JSON.stringify({ scenario: "Your own", events }, null, 1);
}

export interface EventField {
  name: string;
  label: string;
  value: string;
  kind: "text" | "number" | "list" | "address";
}

export interface EventForm {
  id: string;
  title: string;
  /** Which programs see it happen. */
  seen: string;
  fields: readonly EventField[];
  make: (values: Readonly<Record<string, string>>) => OwnEvent;
}

const PROCESS: EventField = { name: "process", label: "process", value: "nginx", kind: "text" };

function field(name: string, label: string, value: string, kind: EventField["kind"] = "text"): EventField {
  return { name, label, value, kind };
}

/** A name, or a pid. */
function who(text: string): string | number {
  return /^\d+$/.test(text.trim()) ? Number(text) : text.trim();
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

/** Calls and what the scheduler does, with the fields a learner sets; a script can do all others. */
export const EVENT_FORMS: readonly EventForm[] = [
  {
    id: "openat",
    title: "open a file",
    seen: "tracepoint/syscalls/sys_enter_openat, lsm/file_open, kprobe/do_sys_openat2",
    fields: [PROCESS, field("path", "path", "/etc/shadow")],
    make: ({ process = "", path = "" }) => ({ syscall: "openat", process: who(process), args: ["AT_FDCWD", path, "O_RDONLY", 0] }),
  },
  {
    id: "execve",
    title: "run a program",
    seen: "tracepoint/syscalls/sys_enter_execve, lsm/bprm_check_security",
    fields: [PROCESS, field("path", "program", "/bin/sh"), field("argv", "its arguments", "sh -c id", "list")],
    make: ({ process = "", path = "", argv = "" }) => ({ syscall: "execve", process: who(process), args: [path, words(argv), []] }),
  },
  {
    id: "connect",
    title: "connect",
    seen: "cgroup/connect4, lsm/socket_connect, kprobe/tcp_v4_connect",
    fields: [PROCESS, field("address", "to address", "203.0.113.66", "address"), field("port", "port", "4444", "number")],
    make: ({ process = "", address = "", port = "" }) => ({ syscall: "connect", process: who(process), args: [3, { address: address.trim(), port: Number(port) }, 16] }),
  },
  {
    id: "kill",
    title: "send a signal",
    seen: "tracepoint/syscalls/sys_enter_kill, lsm/task_kill",
    fields: [PROCESS, field("pid", "to pid", "1", "number"), field("signal", "signal", "SIGKILL")],
    make: ({ process = "", pid = "", signal = "" }) => ({ syscall: "kill", process: who(process), args: [Number(pid), signal.trim()] }),
  },
  {
    id: "unlink",
    title: "delete a file",
    seen: "tracepoint/syscalls/sys_enter_unlink",
    fields: [PROCESS, field("path", "path", "/var/log/auth.log")],
    make: ({ process = "", path = "" }) => ({ syscall: "unlink", process: who(process), args: [path] }),
  },
  {
    id: "runs",
    title: "want a CPU",
    seen: "tracepoint/sched/sched_wakeup, tracepoint/sched/sched_switch",
    fields: [PROCESS, field("takes", "for how long", "5ms")],
    make: ({ process = "", takes = "" }) => ({ runs: who(process), takes: takes.trim() }),
  },
  {
    id: "wakes",
    title: "wake up",
    seen: "tracepoint/sched/sched_wakeup",
    fields: [PROCESS],
    make: ({ process = "" }) => ({ wakes: who(process) }),
  },
];
