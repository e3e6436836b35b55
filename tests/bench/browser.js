// Taught to the page by bench_browser.py and bench_path_screen.py: how long after an input its effect has been painted.
globalThis.hs = (() => {
  let figures = [];
  let frames = [];
  let watching = false;

  /** Called in a frame: when it has been made. */
  const afterFrame = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(null);
    });

  /** Resolves once the frame that shows the page as it is now has been painted. */
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => void afterFrame().then(resolve)));

  /** Takes the time from an event's stamp to the first frame at which `done` holds. */
  async function measure(event, done) {
    for (;;) {
      const end = await painted();
      if (done()) return figures.push(end - event.timeStamp);
    }
  }

  const late = () => document.querySelector(".say.late") !== null;
  const shown = () => document.querySelector("h1")?.textContent;

  return {
    take: () => figures.splice(0),
    async waitFor(count) {
      while (figures.length < count) await painted();
      await new Promise((resolve) => setTimeout(resolve, 30)); // what follows at rest is no part of the next figure
    },
    /** From the next key to the frame with, or without, an underlined problem. */
    untilProblem(wrong) {
      const done = () => (document.querySelector(".cm-lintRange-error") !== null) === wrong;
      addEventListener("keydown", (event) => void measure(event, done), { capture: true, once: true });
    },
    /** From each event of this type to the frame with another place in time, known exactly. */
    untilShown(type) {
      addEventListener(
        type,
        (event) => {
          if (event.key === "Alt") return;
          const before = shown();
          void measure(event, () => shown() !== before && !late());
        },
        { capture: true },
      );
    },
    /** From the next press of a key to the frame on another page of this document, once `selector` is there. */
    untilPage(key, pathname, selector) {
      const done = () => location.pathname === pathname && document.querySelector(selector) !== null && !late();
      const listen = (event) => {
        if (event.key !== key) return;
        removeEventListener("keydown", listen, { capture: true });
        void measure(event, done);
      };
      addEventListener("keydown", listen, { capture: true });
    },
    watchFrames() {
      watching = true;
      let last = null;
      const next = (now) => {
        if (last !== null) frames.push(now - last);
        last = now;
        if (watching) requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
    },
    takeFrames() {
      watching = false;
      return frames.splice(0);
    },
  };
})();
