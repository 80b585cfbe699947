// The line on which a page hears what happens. It is closed while the page isn't looked at, and
// on every new start the page asks for what it may have missed.
"use strict";

const line = (() => {
  const mark = document.getElementById("line");
  const text = document.getElementById("line-text");
  const listeners = { change: [], catchUp: [] };
  let source = null;
  let lostAt = null;
  let silence = null;
  const LONGEST_SILENCE = 40000; // the service is never silent so long; then the line is dead

  function show(state) {
    mark.className = `line line-${state}`;
    const said = text.dataset[state];
    const at = lostAt ? lostAt.toTimeString().slice(0, 5) : "";
    const next = said.replace("%s", at);
    if (text.textContent !== next) text.textContent = next;
  }

  function open() {
    if (source) return;
    const address = new URL(mark.dataset.live, location.href);
    const sort = document.getElementById("board")?.dataset.sort;
    if (sort) address.searchParams.set("ordning", sort);
    source = new EventSource(address);
    for (const event of ["ready", "row", "restart", "alive"]) source.addEventListener(event, heard);
    heard();
    source.addEventListener("ready", () => {
      lostAt = null;
      show("on");
      listeners.catchUp.forEach((tell) => tell());
    });
    source.addEventListener("restart", () => listeners.catchUp.forEach((tell) => tell()));
    source.addEventListener("row", (event) => {
      const change = JSON.parse(event.data);
      change.seq = Number(event.lastEventId.split("-")[1]);
      listeners.change.forEach((tell) => tell(change));
    });
    source.addEventListener("signed-out", () => location.reload());
    source.addEventListener("error", lost);
  }

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(() => {
      close();
      lost();
      open();
    }, LONGEST_SILENCE);
  }

  function lost() {
    lostAt ??= new Date();
    show("off");
    if (source?.readyState === EventSource.CLOSED) {
      close(); // refused, not merely broken: the browser itself tries the latter again
      setTimeout(open, 15000);
    }
  }

  function close() {
    clearTimeout(silence);
    source?.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("offline", () => {
    close();
    lost();
  });
  window.addEventListener("online", () => {
    close();
    open();
  });
  window.addEventListener("pagehide", close);

  return {
    open,
    restart() {
      close();
      open();
    },
    onChange: (tell) => listeners.change.push(tell),
    onCatchUp: (tell) => listeners.catchUp.push(tell),
  };
})();
