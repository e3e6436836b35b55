// One map's entries: keys and values as someone wants to read them, and what this packet did to each.
import { signal } from "@preact/signals";
import { formatsFor, formatted, hexBytes, TYPED } from "../formats.ts";
import { changeText, foldZeros, isArray, mapRows, type MapRow, type Zeros } from "../mapRows.ts";
import { pastOf } from "../past.ts";
import { cellOf } from "../related.ts";
import { keep, recall } from "../prefs.ts";
import type { MapSpecView, MapView } from "../schemas.ts";
import * as select from "../select.ts";
import { linked } from "./hovering.ts";
import { PcLink } from "./PcLink.tsx";
import { useRoving } from "./useRoving.ts";

const MOST_HEX = 16;

type Shown = Readonly<Record<string, string>>;

/** Chosen formats by `map name/key` and `map name/value`. */
const shown = signal<Shown>(readShown());
const unfolded = signal<ReadonlySet<string>>(new Set());

function readShown(): Shown {
  const kept = recall("formats");
  if (typeof kept !== "object" || kept === null) return {};
  return Object.fromEntries(Object.entries(kept).filter(([, id]) => typeof id === "string")) as Shown;
}

interface AsProps {
  spec: MapSpecView;
  side: "key" | "value";
}

function As({ spec, side }: AsProps) {
  const [size, type] = side === "key" ? [spec.key_size, spec.key_type] : [spec.value_size, spec.value_type];
  const choose = (id: string) => {
    shown.value = { ...shown.value, [`${spec.name}/${side}`]: id };
    keep("formats", shown.value);
  };
  return (
    <label class="as">
      {side} as
      <select value={shown.value[`${spec.name}/${side}`] ?? TYPED} aria-label={`Show ${side}s of ${spec.name} as`} onChange={(event) => choose(event.currentTarget.value)}>
        {formatsFor(size, type).map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function shortHex(hex: string): string {
  const bytes = hexBytes(hex);
  return bytes.length > MOST_HEX ? `${bytes.slice(0, MOST_HEX).join(" ")} … ${bytes.length} bytes` : bytes.join(" ");
}

interface EntryProps {
  row: MapRow;
  spec: MapSpecView;
  cpus: boolean;
}

function Entry({ row, spec, cpus }: EntryProps) {
  const { entry, write, just, gone } = row;
  const keyAs = shown.value[`${spec.name}/key`] ?? TYPED;
  const valueAs = shown.value[`${spec.name}/value`] ?? TYPED;
  const text = (hex: string | null, typed: string | null) => (hex === null ? null : formatted(valueAs, hex, typed ?? ""));
  const lit = select.related.value.cells.has(cellOf(spec.index, entry.key));
  const value = formatted(valueAs, entry.value, entry.value_text);
  return (
    <tr
      class={[just && "now", lit && "link", gone && "gone"].filter(Boolean).join(" ")}
      data-rove
      {...linked({ kind: "map", map: spec.index, name: spec.name, key: entry.key, keyText: entry.key_text }, value)}
    >
      <th scope="row" class="m">
        {formatted(keyAs, entry.key, entry.key_text)}
      </th>
      <td class="m dim kb">{shortHex(entry.key)}</td>
      {cpus ? <td class="m dim">{entry.cpu}</td> : null}
      <td class="m num val">{gone ? "" : value}</td>
      <td class="chd">
        {write === undefined ? null : (
          <>
            <span class={just ? "nowmark m" : "m"}>{changeText({ a: text(write.change.a, write.change.a_text), b: text(write.change.b, write.change.b_text) })}</span>{" "}
            <PcLink touch={write} did="changed it" />
          </>
        )}
      </td>
    </tr>
  );
}

function ZeroRow({ row, columns, open }: { row: Zeros; columns: number; open: () => void }) {
  return (
    <tr class="zeros" data-rove onClick={open}>
      <th scope="row" class="m">
        {row.from}–{row.to}
      </th>
      <td colSpan={columns - 1}>{row.count.toLocaleString("en")} entries hold only zeros: show them</td>
    </tr>
  );
}

export function MapTable({ spec, map }: { spec: MapSpecView; map: MapView }) {
  const roving = useRoving<HTMLTableElement>();
  const rows = mapRows(map, pastOf(select.window.value).mapWrites, select.place.value.step);
  const whole = !isArray(spec) || unfolded.value.has(spec.name);
  const cpus = rows.some(({ entry }) => entry.cpu !== null);
  const columns = cpus ? 5 : 4;
  return (
    <table class="tb mp" aria-label={`Entries of ${spec.name}`} {...roving}>
      <thead>
        <tr>
          <th scope="col">{spec.key_size === 0 ? "key" : <As spec={spec} side="key" />}</th>
          <th scope="col" class="kb">
            key bytes
          </th>
          {cpus ? <th scope="col">CPU</th> : null}
          <th scope="col" class="num">
            <As spec={spec} side="value" />
          </th>
          <th scope="col">this packet</th>
        </tr>
      </thead>
      <tbody>
        {(whole ? rows : foldZeros(rows)).map((row) =>
          "count" in row ? (
            <ZeroRow key={row.id} row={row} columns={columns} open={() => (unfolded.value = new Set([...unfolded.value, spec.name]))} />
          ) : (
            <Entry key={row.id} row={row} spec={spec} cpus={cpus} />
          ),
        )}
      </tbody>
    </table>
  );
}
