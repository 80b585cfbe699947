// The line on which a page hears what happens. It is closed while the page isn't looked at, and
// on every new start the page asks for what it may have missed.
"use strict";

const line = (() => {
  const mark = document.getElementById("line");
  const text = document.getElementById("line-text");
  const listeners = { change: [], catchUp: [] };
  let source = null;
  let lostAt = null;

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

  function lost() {
    lostAt ??= new Date();
    show("off");
    if (source?.readyState === EventSource.CLOSED) {
      close();
      setTimeout(open, 3000);
    }
  }

  function close() {
    source?.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("offline", lost);
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
