// The one store: a signal that holds the state. Views read it through select.ts and change it through actions.
import { signal } from "@preact/signals";
import { initialState, type State } from "./state.ts";

export const state = signal<State>(initialState());

/** Applies a pure action: `act(moveTo, packet, step)`. */
export function act<A extends unknown[]>(action: (state: State, ...rest: A) => State, ...rest: A): void {
  state.value = action(state.peek(), ...rest);
}
