// Which component draws which pane: one line per pane.
import type { ComponentType } from "preact";
import type { PaneId, WorkbenchPane } from "../panes.ts";
import { EditorBody, EditorHead, EditorTitle } from "./EditorPane.tsx";
import { EventsBody, EventsTitle } from "./Events.tsx";
import { GraphBody, GraphHead } from "./Graph.tsx";
import { MapsBody, MapsHead, MapsTitle } from "./Maps.tsx";
import { PacketBody, PacketHead, PacketTitle } from "./Packet.tsx";
import { PacketFormBody, PacketFormHead } from "./PacketForm.tsx";
import { RegistersBody, RegistersHead } from "./Registers.tsx";
import { StackBody, StackHead } from "./Stack.tsx";

export interface PaneDef {
  /** In place of the pane's name, where it says more or holds tabs. */
  Title?: ComponentType;
  /** The rest of the header; starts with what grows. */
  Head?: ComponentType;
  Body: ComponentType;
}

/** The panes of one screen; those of another are not drawn here. */
export type Panes = Readonly<Partial<Record<PaneId, PaneDef>>>;

export const PANES: Readonly<Record<WorkbenchPane, PaneDef>> = {
  editor: { Title: EditorTitle, Head: EditorHead, Body: EditorBody },
  graph: { Head: GraphHead, Body: GraphBody },
  registers: { Head: RegistersHead, Body: RegistersBody },
  stack: { Head: StackHead, Body: StackBody },
  maps: { Title: MapsTitle, Head: MapsHead, Body: MapsBody },
  packet: { Title: PacketTitle, Head: PacketHead, Body: PacketBody },
  events: { Title: EventsTitle, Body: EventsBody },
  packets: { Head: PacketFormHead, Body: PacketFormBody },
};
