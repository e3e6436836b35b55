// What a kernel would have printed, once the run has come to its fault. The text is the kernel's form, quoted.
import * as select from "../select.ts";

export function Oops() {
  const fault = select.packetRun.value?.fault ?? null;
  if (fault === null || select.place.value.step <= fault.step) return null;
  return (
    <section class="oops-k" aria-label="Kernel oops">
      <p class="meta">
        Nothing checked this program before it ran. <b>A kernel would have printed:</b>
      </p>
      <pre class="m" tabIndex={0} role="group" aria-label="The oops">
        {fault.oops}
      </pre>
    </section>
  );
}
