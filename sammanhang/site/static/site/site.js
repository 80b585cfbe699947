// What every page needs: words for time that stay right, keyboard, and a dialog that tells of it.
"use strict";

const sammanhang = (() => {
  const words = JSON.parse(document.body.dataset.words);

  function length(milliseconds) {
    const minutes = Math.floor(Math.abs(milliseconds) / 60000);
    if (minutes < 60) return words.minutes.replace("%s", Math.max(minutes, 1));
    if (minutes < 48 * 60) return words.hours.replace("%s", Math.floor(minutes / 60));
    return words.days.replace("%s", Math.floor(minutes / 1440));
  }

  // Deadlines that come near or pass while the page stands open. True if any became late.
  function tick(root = document) {
    let passed = false;
    for (const due of root.querySelectorAll("[data-due]")) {
      const left = Date.parse(due.dateTime) - Date.now();
      if (left < 0) {
        if (!due.classList.contains("due-late")) {
          due.className = "due due-late";
          due.dispatchEvent(new CustomEvent("late", { bubbles: true }));
          passed = true;
        }
        due.textContent = words.late.replace("%s", length(left));
      } else if (left < 86400000 && !due.dateTime.includes(":59:59")) {
        due.textContent = words.left.replace("%s", length(left));
      }
    }
    return passed;
  }

  function say(text) {
    document.getElementById("announcer").textContent = text;
  }

  // To a log reviewer: how many openings wait.
  function toReview(count) {
    const mark = document.getElementById("to-review");
    if (!mark || count === null) return;
    const number = mark.firstElementChild;
    const more = Number(count) > Number(number.textContent);
    number.textContent = count;
    mark.hidden = count === "0";
    if (more) say(mark.textContent);
  }

  const keys = Object.create(null);
  const keysOn = () => localStorage.getItem("keys") !== "off";

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const act = keys[event.key];
    if (act && keysOn() && act() !== false) event.preventDefault();
  }

  function openKeys() {
    const dialog = document.getElementById("kortkommandon");
    dialog.showModal();
  }

  document.addEventListener("keydown", onKey);
  keys["?"] = openKeys;
  keys["t"] = () => document.querySelector(".top-nav a")?.click();
  keys["/"] = () => {
    const search = document.querySelector("[data-search]");
    if (!search) return false;
    search.focus();
    search.select();
  };

  const chosen = document.getElementById("keys-on");
  chosen.checked = keysOn();
  chosen.addEventListener("change", () => localStorage.setItem("keys", chosen.checked ? "on" : "off"));

  // A menu closes when one leaves it or presses Escape.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-closes][open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details[data-closes][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // A form that is on its way can't be sent twice; the request's key would stop it anyhow.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-once")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  const offline = document.getElementById("offline");
  document.addEventListener("htmx:sendError", () => (offline.hidden = false));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr.status) offline.hidden = true;
  });

  // What stands on a screen goes when the session has ended: at once where one signs out, in the
  // other windows of the browser too, and within a minute where it ended otherwise. Where nobody
  // answers, it goes after the time that a session lives without a request.
  function clearWhenSignedOut(address, minutes) {
    let known = Date.now();
    const others = new BroadcastChannel("signed-out");
    function leave() {
      document.body.replaceChildren();
      location.replace(`/logga-in/?next=${encodeURIComponent(location.pathname)}`);
    }
    async function ask() {
      const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
      if (answer?.status === 204) {
        known = Date.now();
        toReview(answer.headers.get("To-Review"));
      } else if (answer?.status === 401 || Date.now() - known > minutes * 60000) leave();
    }
    others.addEventListener("message", leave);
    document.addEventListener("submit", (event) => {
      if (event.target.getAttribute("action") === "/logga-ut/") others.postMessage("out");
    });
    document.addEventListener("visibilitychange", () => document.hidden || ask());
    setInterval(ask, 60000);
  }
  const { signedIn, idle } = document.body.dataset;
  if (signedIn) clearWhenSignedOut(signedIn, Number(idle));

  setInterval(tick, 15000);
  tick();
  return { tick, say, keys };
})();
