"""What the browser does with a window, in Python: static/src/fold.ts must agree with the next keyframe."""

import copy
from typing import Any

Json = dict[str, Any]
FILL = "aa"
"""What stack bytes hold that nobody wrote: folded and told, both leave them out."""


def fold(keyframe: Json, steps: list[Json]) -> Json:
    """The state after ``steps``, as the browser computes it."""
    state = copy.deepcopy(keyframe)
    for frame in state["frames"]:
        frame["bytes"] = cells(frame["bytes"])
    for step in steps:
        for change in step["changes"]:
            _apply(state, change)
    return state


def _apply(state: Json, change: Json) -> None:
    match change["k"]:
        case "reg":
            state["registers"][change["n"]] = change["v"]
            state["written"][change["n"]] = True
        case "stk":
            if change["frame"] < len(state["frames"]):
                _poke_stack(state["frames"][change["frame"]]["bytes"], change["off"], change["b"])
        case "pkt":
            at, b = change["off"] * 2, change["b"]
            buffer = state["buffer"].ljust(at, "0")
            state["buffer"] = buffer[:at] + b + buffer[at + len(b) :]
        case "bounds":
            state["bounds"] = change["b"]
        case "ctx":
            state["context"][change["name"]] = change["b"]
        case "map":
            _change_map(next(m for m in state["maps"] if m["index"] == change["map"]), change)
        case "frame":
            frames = state["frames"][: change["depth"] + 1]
            if len(frames) <= change["depth"]:
                frames.append({"function": change["function"], "return_pc": change["return_pc"], "bytes": {}})
            state["frames"] = frames
        case "out" | "end":
            pass
        case other:
            raise AssertionError(f"a change the browser does not know: {other}")


def cells(runs: dict[str, str]) -> dict[int, str]:
    """Runs of stack bytes as one item a byte."""
    return {int(off) + i // 2: run[i : i + 2] for off, run in runs.items() for i in range(0, len(run), 2)}


def _poke_stack(stack: dict[int, str], off: int, data: str) -> None:
    for i in range(0, len(data), 2):
        if data[i : i + 2] == FILL:
            stack.pop(off + i // 2, None)
        else:
            stack[off + i // 2] = data[i : i + 2]


def _change_map(found: Json, change: Json) -> None:
    entries = found["entries"]
    same = [
        i for i, entry in enumerate(entries) if (entry["key"], entry["cpu"]) == (change["key"], change["cpu"])
    ]
    found["count"] += (change["a"] is None) - (change["b"] is None)
    if change["b"] is None:
        found["entries"] = [entry for i, entry in enumerate(entries) if i not in same]
        return
    entry = {
        "key": change["key"],
        "key_text": change["key_text"],
        "value": change["b"],
        "value_text": change["b_text"],
        "cpu": change["cpu"],
    }
    if same:
        entries[same[0]] = entry
    else:
        entries.append(entry)
