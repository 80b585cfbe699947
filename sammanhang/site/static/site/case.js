// The case page: what happens in the case is shown as it happens. A form that someone is filling
// in is left alone; the rest of the page is fetched anew around it.
"use strict";

(() => {
  const page = document.getElementById("arende");
  const number = Number(page.dataset.case);
  const parts = ["huvud", "sidan", "handelser"];
  let fetching = false;
  let again = false;

  async function renew() {
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    try {
      const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const writing = document.querySelector("[data-form-open]");
      for (const id of writing ? parts : [...parts, "arbete"]) replace(id, fresh.getElementById(id));
      const seq = fresh.getElementById("arende")?.dataset.seq;
      if (seq && Number(seq) > Number(page.dataset.seq)) {
        page.dataset.seq = seq;
        sammanhang.say(document.querySelector(".happening h3")?.textContent || "");
      }
    } finally {
      fetching = false;
      if (again) {
        again = false;
        renew();
      }
    }
  }

  // Hidden keys differ between two readings of the same page; they don't make it changed.
  const content = (part) => part.textContent.replace(/\s+/g, " ");

  function replace(id, fresh) {
    const shown = document.getElementById(id);
    if (!shown || !fresh) return;
    const open = [...shown.querySelectorAll("details[open]")].map((one) => one.dataset.what);
    const before = new Set([...shown.querySelectorAll(".happening")].map((one) => one.id));
    if (!open.length && content(shown) === content(fresh)) return;
    if (open.length && page.dataset.seq === fresh.ownerDocument.getElementById("arende").dataset.seq) return;
    const focused = shown.contains(document.activeElement) ? document.activeElement : null;
    const changed = document.importNode(fresh, true);
    shown.replaceWith(changed);
    window.htmx?.process(changed);
    for (const what of open) {
      const details = what && changed.querySelector(`details[data-what="${CSS.escape(what)}"]`);
      if (details) details.open = true;
    }
    if (before.size)
      for (const one of changed.querySelectorAll(".happening")) one.classList.toggle("arrived", !before.has(one.id));
    if (focused) same(changed, focused)?.focus({ preventScroll: true });
    sammanhang.tick(changed);
  }

  // What has the focus, in the new part: the same link, field or button.
  function same(part, focused) {
    const alike = [...part.querySelectorAll(focused.localName)];
    return alike.find((one) =>
      focused.id ? one.id === focused.id : one.href === focused.href && one.textContent === focused.textContent);
  }

  line.onChange((change) => change.case === number && change.seq > Number(page.dataset.seq) && renew());
  line.onCatchUp(renew);
  line.open();

  // What stopped the form is read first.
  document.querySelector("[data-focus]")?.focus();
})();
