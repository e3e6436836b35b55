import * as actions from "./actions.ts";
import { RequestFailed } from "./api.ts";
import { shareUrl } from "./autosave.ts";
import { act } from "./store.ts";

/** Makes a link to exactly this state and copies it. */
export async function share(): Promise<void> {
  try {
    const { url, lasting } = await shareUrl();
    const copied = await navigator.clipboard?.writeText(url).then(() => true, () => false);
    const ends = lasting ? "" : " It works until this server stops: the server's disk cannot be written.";
    act(actions.toast, `${copied ? "Link copied." : "Here is the link."}${ends}`, false, url);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    act(actions.toast, `${error.failure.message} No link was made.`);
  }
}
