// The map as a list: the same stations in the order a packet comes by, for those who would rather read it.
import { thousands } from "../../views/words.ts";
import { counted, nameOf } from "../geometry.ts";
import { stationOf } from "../attaching.ts";
import * as state from "../state.ts";

export function StationList() {
  const counts = counted(state.counts.value);
  const all = state.attachments.value;
  return (
    <div class="stl">
      <table class="tb">
        <thead>
          <tr>
            <th>Station</th>
            <th>kernel function</th>
            <th>came by</th>
            <th>dropped or denied</th>
            <th>attached</th>
          </tr>
        </thead>
        <tbody>
          {state.stations.value.map(({ id, title, kernel, hooks }) => {
            const count = counts.get(id);
            return (
              <tr key={id}>
                <td>
                  <button type="button" class="lk" onClick={() => (state.station.value = id)}>
                    {title}
                  </button>{" "}
                  {hooks.length > 0 ? <span class="dim">hook</span> : null}
                </td>
                <td class="m">{kernel}</td>
                <td class="m">{count === undefined ? "" : thousands(count.seen)}</td>
                <td class="m">{count === undefined || count.dropped + count.denied === 0 ? "" : thousands(count.dropped + count.denied)}</td>
                <td class="m">
                  {all
                    .filter((attachment) => stationOf(attachment) === id)
                    .map(({ source }) => nameOf(source))
                    .join(", ")}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
