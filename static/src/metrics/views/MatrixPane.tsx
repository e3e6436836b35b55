// Who may talk to whom: a row for everyone who may send, a column for every port; each cell opens as a packet.
import { useState } from "preact/hooks";
import { api, RequestFailed } from "../../api.ts";
import type { DoorProgram, MatrixCell, PolicyView } from "../../schemas.ts";
import { Icon } from "../../views/Icon.tsx";
import { useRoving } from "../../views/useRoving.ts";
import { cellKey } from "../doors.ts";
import * as state from "../state.ts";
import { Say, Step } from "./Step.tsx";

function nameOf(view: PolicyView, row: number, column: number): string {
  const to = view.columns[column];
  return `${view.places[row]?.name ?? ""} to ${view.places[to?.place ?? -1]?.name ?? ""} :${to?.port ?? ""}`;
}

function CellButton({ view, cell, row, column }: { view: PolicyView; cell: MatrixCell; row: number; column: number }) {
  const place = { row, column };
  const chosen = state.cell.value;
  const on = chosen?.row === row && chosen.column === column;
  const lit = state.aim.value !== null && state.shining.value.cells.has(cellKey(place));
  if (cell.same) return <span class="cl self">self</span>;
  return (
    <button
      type="button"
      data-rove
      class={`cl ${cell.allowed ? "ok" : "no"}${on ? " sel" : ""}${lit ? " lit" : ""}`}
      aria-pressed={on}
      aria-label={`${nameOf(view, row, column)}: ${cell.allowed ? "allow" : "deny"}`}
      onMouseEnter={() => (state.aim.value = place)}
      onMouseLeave={() => (state.aim.value = null)}
      onFocus={() => (state.aim.value = place)}
      onBlur={() => (state.aim.value = null)}
      onClick={() => state.choose(place)}
    >
      <Icon name={cell.allowed ? "pass" : "drop"} />
    </button>
  );
}

function Matrix({ view }: { view: PolicyView }) {
  const roving = useRoving<HTMLTableElement>({ onKey: move });
  return (
    <table class="vm" aria-label="Who may talk to whom" {...roving}>
      <thead>
        <tr>
          <th class="cn" scope="col">
            from \ to
          </th>
          {view.columns.map((column, at) => (
            <th key={at} scope="col">
              {view.places[column.place]?.name}
              <span>
                :{column.port}
                {column.protocol === "TCP" ? "" : ` ${column.protocol}`}
              </span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {view.places.map((place, row) => (
          <tr key={row}>
            <th scope="row" title={`${place.address}, identity ${place.identity}`}>
              {place.name}
            </th>
            {(view.cells[row] ?? []).map((cell, column) => (
              <td key={column}>
                <CellButton view={view} cell={cell} row={row} column={column} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const BY: Readonly<Record<string, readonly [number, number]>> = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

/** Arrows go to the next cell in their direction, over those that are oneself. */
function move(event: KeyboardEvent, item: HTMLElement): boolean {
  const by = BY[event.key];
  const row = item.closest("tr");
  const body = row?.parentElement;
  if (by === undefined || row == null || body == null) return false;
  const rows = [...body.children];
  let [y, x] = [rows.indexOf(row), [...row.children].indexOf(item.closest("td") ?? item)];
  for (;;) {
    y += by[0];
    x += by[1];
    const next = rows[y]?.children[x];
    if (next === undefined) return true;
    const button = next.querySelector<HTMLElement>("[data-rove]");
    if (button !== null) {
      button.focus();
      return true;
    }
  }
}

/** A snapshot of the door's program with the packet at it, opened in the workbench. */
async function openDoor({ title, source, hook, packet }: DoorProgram): Promise<string> {
  const inputs = { source, hook, packets: [packet], times_ns: [0], seed: 1, cpu: 0, max_steps: 1_000_000 };
  const place = { packet: 0, step: 0, breakpoints: [], conditions: {}, panes: {} };
  const { id } = await api.share({ title, inputs, place, base: 0 });
  return `/l/${id}#p=1&s=0`;
}

function Open({ programs }: { programs: readonly (DoorProgram | null)[] }) {
  const [failed, fail] = useState("");
  const open = async (door: DoorProgram) => {
    try {
      location.assign(await openDoor(door));
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      fail(error.failure.message);
    }
  };
  return (
    <span class="opens">
      {programs.map((door) =>
        door === null ? null : (
          <button key={door.title} type="button" class="btn sm" onClick={() => void open(door)}>
            Step {door.title.slice(door.title.lastIndexOf(", ") + 2)}
          </button>
        ),
      )}
      {failed === "" ? null : <span class="t-drop">{failed}</span>}
    </span>
  );
}

function Why() {
  const told = state.told.value;
  const place = state.cell.value;
  if (told === null || place === null || cellKey(told.at) !== cellKey(place)) return <div class="why" />;
  const { head, why, note, programs } = told.reply;
  return (
    <div class="why">
      <p role="status">
        <b>{head}</b> {why} {note}
      </p>
      <Open programs={programs} />
    </div>
  );
}

export function MatrixPane() {
  const { view, stale, failure } = state.decided.value;
  const empty = view !== null && view.columns.length === 0;
  return (
    <Step number={4} title="Who may talk to whom" meta="pods and ports" stale={stale}>
      {failure === null ? null : (
        <Say bad title={failure.message}>
          {failure.hint}
        </Say>
      )}
      {view === null || empty ? null : (
        <div class="vmw" tabIndex={-1}>
          <Matrix view={view} />
        </div>
      )}
      {empty ? <Say title="Nobody to talk to yet">Pods that name their ports stand here, each port a column.</Say> : null}
      {view?.notes.map((note) => (
        <p key={note} class="meta cut">
          {note}
        </p>
      ))}
      <Why />
    </Step>
  );
}
