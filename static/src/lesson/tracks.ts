// The seven tracks, as they are called on screen.
export const TRACKS: Readonly<Record<string, { title: string; doc: string }>> = {
  machine: { title: "The machine", doc: "what the kernel runs" },
  verifier: { title: "The verifier", doc: "why it says no" },
  maps: { title: "Maps and helpers", doc: "memory that stays" },
  networking: { title: "Networking", doc: "XDP and tc" },
  tracing: { title: "Tracing", doc: "look, do not touch" },
  security: { title: "Security", doc: "who may do what" },
  inside: { title: "Inside", doc: "from slots to silicon" },
};
