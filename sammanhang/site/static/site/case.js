// The case page: what happens in the case is shown as it happens. A form that someone is filling
// in is left alone; the rest of the page is fetched anew around it.
"use strict";

(() => {
  const page = document.getElementById("arende");
  const number = Number(page.dataset.case);
  const parts = ["huvud", "sidan", "handelser"];
  let fetching = false;

  async function renew() {
    if (fetching) return;
    fetching = true;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const writing = document.querySelector("[data-form-open]");
      for (const id of writing ? parts : [...parts, "arbete"]) replace(id, fresh.getElementById(id));
      const seq = fresh.getElementById("arende")?.dataset.seq;
      if (seq && !writing) page.dataset.seq = seq;
    } finally {
      fetching = false;
    }
  }

  function replace(id, fresh) {
    const shown = document.getElementById(id);
    if (!shown || !fresh || shown.contains(document.activeElement) || shown.querySelector("details[open]")) return;
    const changed = document.importNode(fresh, true);
    if (shown.innerHTML === changed.innerHTML) return;
    shown.replaceWith(changed);
    window.htmx?.process(changed);
  }

  line.onChange((change) => change.case === number && change.seq > Number(page.dataset.seq) && renew());
  line.onCatchUp(renew);
  line.open();
})();
